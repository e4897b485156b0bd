/* Projects of .NET and packages.config: what they ask for, element by element.
 * Source: MSBuild's "PackageReference", NuGet's "Central Package Management" and "packages.config".
 */
#include "supply/look_readers.h"
#include "supply/packages.h"

#define ELEMENT_MAX 4096 /* bytes of one */

/* The value of name="…" in an element; empty when it has none. */
static struct sw_str attribute_of(struct sw_str element, const char *name)
{
    const size_t len = strlen(name);
    for (size_t at = 0; at + len + 3 < element.len; at++) {
        const char *here = element.ptr + at;
        if (at == 0 || !sw_ascii_space(here[-1]) || memcmp(here, name, len) != 0 ||
            here[len] != '=' || here[len + 1] != '"') {
            continue;
        }
        const char *end = memchr(here + len + 2, '"', element.len - at - len - 2);
        return end == NULL ? sw_str("")
                           : sw_str_n(here + len + 2, (size_t)(end - (here + len + 2)));
    }
    return sw_str("");
}

/* "[1.2.3]" is exact, as is a whole version; "$(Name)" and ranges are none. */
static struct sw_str version_of(struct sw_str text)
{
    if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']') {
        text = sw_str_n(text.ptr + 1, text.len - 2);
    }
    return sw_package_is_version(text) ? text : sw_str("");
}

static sw_result see_element(struct sw_look *look, struct sw_str element, uint32_t line)
{
    static const struct {
        const char *name, *package, *version;
    } rows[] = {
        {"PackageReference ", "Include", "Version"},
        {"PackageVersion ", "Include", "Version"},
        {"GlobalPackageReference ", "Include", "Version"},
        {"package ", "id", "version"},
    };
    for (size_t i = 0; i < SW_COUNT(rows); i++) {
        const struct sw_package package = {.ecosystem = SW_CATALOGUE_NUGET,
            .name = attribute_of(element, rows[i].package),
            .version = version_of(attribute_of(element, rows[i].version)),
            .line = line};
        if (sw_str_starts(element, rows[i].name) && package.name.len > 0) {
            return sw_package_wanted(look, &package);
        }
    }
    return SW_OK;
}

/* Without its comment, when one begins here. */
static bool pass_comment(struct sw_str text, size_t *at)
{
    if (!sw_str_starts(sw_str_n(text.ptr + *at, text.len - *at), "<!--")) {
        return false;
    }
    const char *end = memmem(text.ptr + *at, text.len - *at, "-->", 3);
    *at = end == NULL ? text.len : (size_t)(end - text.ptr) + 3;
    return true;
}

static sw_result look_at(struct sw_look *look, struct sw_error *err)
{
    const struct sw_str text = look->text;
    struct sw_line_count lines = {.text = text, .line = 1};
    (void)err;
    for (size_t at = 0; at < text.len;) {
        const char *open = memchr(text.ptr + at, '<', text.len - at);
        at = open == NULL ? text.len : (size_t)(open - text.ptr);
        if (open == NULL || pass_comment(text, &at)) {
            continue;
        }
        const char *close = memchr(open, '>', text.len - at);
        const size_t len = close == NULL ? 0 : (size_t)(close - open);
        if (len > 1 && len < ELEMENT_MAX) {
            SW_TRY(see_element(look, sw_str_n(open + 1, len - 1), sw_line_of(&lines, at)));
        }
        at++;
    }
    return SW_OK;
}

static bool takes(const struct sw_look *look)
{
    return sw_look_ends(look, ".csproj") || sw_look_ends(look, ".fsproj") ||
           sw_look_ends(look, ".vbproj") || sw_look_named(look, "Directory.Packages.props") ||
           sw_look_named(look, "Directory.Build.props") || sw_look_named(look, "packages.config");
}

const struct sw_look_reader sw_look_nuget = {
    .name = "nuget",
    .takes = takes,
    .look = look_at,
    .gap = "no project of .NET",
};
