#include "base/base.h"

#include "base/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_ONLY ((uint64_t)(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV))

/* --- mounts of our own ----------------------------------------------------------------------- */

static sw_result write_map(const char *path, const char *text, struct sw_error *err)
{
    SW_CLEANUP(fd) int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        return sw_fail_errno(err, errno, "cannot open '%s'", path);
    }
    return sw_fd_write(fd, path, sw_bytes(text, strlen(text)), err);
}

static sw_result write_id(const char *path, unsigned id, struct sw_error *err)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%u %u 1", id, id);
    return write_map(path, text, err);
}

/* user_namespaces(7): without privileges one may only map oneself, and must give up setgroups(). */
static sw_result enter_as_user(struct sw_error *err)
{
    unsigned user = geteuid();
    unsigned group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        return sw_fail_errno(err, errno,
            "this system lets the user make no mounts of his own (a user namespace is needed, or "
            "root)");
    }
    SW_TRY(write_map("/proc/self/setgroups", "deny", err));
    SW_TRY(write_id("/proc/self/uid_map", user, err));
    return write_id("/proc/self/gid_map", group, err);
}

sw_result sw_mount_enter(struct sw_error *err)
{
    if (unshare(CLONE_NEWNS) != 0) {
        SW_TRY(enter_as_user(err));
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) != 0) {
        return sw_fail_errno(err, errno, "cannot make mounts that nobody else sees");
    }
    return SW_OK;
}

sw_result sw_mount_shut(const char *dir, struct sw_error *err)
{
    if (mount(NULL, dir, NULL, MS_PRIVATE, NULL) != 0 && errno != EINVAL) { /* no mount is there */
        return sw_fail_errno(err, errno, "cannot keep mounts away from '%s'", dir);
    }
    return SW_OK;
}

/* --- a file system in memory ----------------------------------------------------------------- */

static bool set_number(int fs, const char *name, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof(text), "%" PRIu64, value);
    return fsconfig(fs, FSCONFIG_SET_STRING, name, text, 0) == 0;
}

sw_result sw_mount_memory(uint64_t bytes, uint64_t files, int *fd, struct sw_error *err)
{
    SW_CLEANUP(fd) int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0 || !set_number(fs, "size", bytes) || !set_number(fs, "nr_inodes", files) ||
        fsconfig(fs, FSCONFIG_SET_STRING, "mode", "0755", 0) != 0) {
        return sw_fail_errno(err, errno, "cannot make a file system in memory");
    }
    /* Spares most page faults; not every kernel has it. */
    (void)fsconfig(fs, FSCONFIG_SET_STRING, "huge", "within_size", 0);
    if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot make a file system in memory");
    }
    int made = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
    if (made < 0) {
        return sw_fail_errno(err, errno, "cannot mount a file system in memory");
    }
    *fd = made;
    return SW_OK;
}

static sw_result make_read_only(int fd, struct sw_error *err)
{
    struct mount_attr attr = {.attr_set = READ_ONLY};
    if (mount_setattr(fd, "", AT_EMPTY_PATH, &attr, sizeof(attr)) != 0) {
        return sw_fail_errno(err, errno, "cannot make a mount read-only");
    }
    return SW_OK;
}

sw_result sw_mount_seal(int fd, struct sw_error *err)
{
    SW_TRY(make_read_only(fd, err));
    SW_CLEANUP(fd) int fs = fspick(fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);
    if (fs < 0 || fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) != 0 ||
        fsconfig(fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot make a file system in memory read-only");
    }
    return SW_OK;
}

/* --- placing mounts -------------------------------------------------------------------------- */

sw_result sw_mount_clone(int of, int *fd, struct sw_error *err)
{
    SW_CLEANUP(fd)
    int made = open_tree(of, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (made < 0) {
        return sw_fail_errno(err, errno, "cannot make a mount of an open file");
    }
    SW_TRY(make_read_only(made, err));
    *fd = SW_TAKE_FD(made);
    return SW_OK;
}

sw_result sw_mount_over(int mount, int target, struct sw_error *err)
{
    if (move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
        return sw_fail_errno(err, errno, "cannot put a mount in its place");
    }
    return SW_OK;
}

sw_result sw_mount_remove(int mount, struct sw_error *err)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", mount);
    if (umount2(path, MNT_DETACH) != 0) {
        return sw_fail_errno(err, errno, "cannot take a mount away");
    }
    return SW_OK;
}

/* --- holding them ---------------------------------------------------------------------------- */

/* linux/landlock.h; the numbers are here because older headers lack the later ones. */
#define LANDLOCK_VERSION_FLAG 1u
#define LANDLOCK_PATH_BENEATH 1
#define LANDLOCK_MAKE_BLOCK ((uint64_t)1 << 11)
#define LANDLOCK_REFER ((uint64_t)1 << 13) /* from ABI 2; denied where nobody speaks of it */

struct landlock_beneath {
    uint64_t allowed_access;
    int32_t parent_fd;
} __attribute__((packed));

/* Whoever is held by any rule about files cannot mount (landlock(7)). So one right is handled, and
 * is given everywhere. */
sw_result sw_mount_hold(bool *held, struct sw_error *err)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return sw_fail_errno(err, errno, "cannot give up gaining privileges");
    }
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_FLAG);
    *held = abi >= 1;
    if (!*held) {
        return SW_OK;
    }
    uint64_t right = abi >= 2 ? LANDLOCK_REFER : LANDLOCK_MAKE_BLOCK;
    SW_CLEANUP(fd) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    SW_CLEANUP(fd) int fd = (int)syscall(SYS_landlock_create_ruleset, &right, sizeof(right), 0);
    const struct landlock_beneath rule = {right, root};
    if (root < 0 || fd < 0 ||
        syscall(SYS_landlock_add_rule, fd, LANDLOCK_PATH_BENEATH, &rule, 0) != 0 ||
        syscall(SYS_landlock_restrict_self, fd, 0) != 0) {
        return sw_fail_errno(err, errno, "Landlock is there but cannot be used");
    }
    return SW_OK;
}

/* Programs for the other word sizes of this processor make the same calls by other numbers. */
static const uint32_t architectures[] = {SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_ARM};

static bool add_architectures(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < SW_COUNT(architectures); i++) {
        int failed = seccomp_arch_add(filter, architectures[i]);
        if (failed != 0 && failed != -EEXIST && failed != -EDOM) { /* the other byte order */
            return false;
        }
    }
    return seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW) == 0;
}

/* What clone3() is asked for lies in memory, where no filter sees it. The C library then takes
 * clone(). */
static bool forbid_copies(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp mounts = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWNS, CLONE_NEWNS);
    struct scmp_arg_cmp copy = SCMP_A2(SCMP_CMP_MASKED_EQ, OPEN_TREE_CLONE, OPEN_TREE_CLONE);
    uint32_t no = SCMP_ACT_ERRNO(EPERM);
    return seccomp_rule_add(filter, no, SCMP_SYS(unshare), 1, mounts) == 0 &&
           seccomp_rule_add(filter, no, SCMP_SYS(clone), 1, mounts) == 0 &&
           seccomp_rule_add(filter, no, SCMP_SYS(open_tree), 1, copy) == 0 &&
           seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0;
}

sw_result sw_mount_stay(struct sw_error *err)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter == NULL ? -ENOSYS : -EINVAL;
    if (filter != NULL && add_architectures(filter) && forbid_copies(filter)) {
        /* The program that is run is not to be slower for it. */
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
        failed = seccomp_load(filter);
    }
    if (filter != NULL) {
        seccomp_release(filter);
    }
    return failed == 0 ? SW_OK
                       : sw_fail(err, SW_E_UNSUPPORTED,
                             "this kernel refuses seccomp filters (error %d)", -failed);
}
