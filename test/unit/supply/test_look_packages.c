#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "supply/packages.h"
#include "supply_look.h"

static struct sw_arena arena;

static int make(void **state)
{
    sw_arena_init(&arena, 0);
    return 0;
}

static int clean(void **state)
{
    sw_arena_release(&arena);
    return 0;
}

/* --- names, versions, requirements ------------------------------------------------------------ */

static void requirements_of_python_are_read(void **state)
{
    static const struct {
        const char *text, *name, *range, *version; /* name NULL: none */
    } cases[] = {
        {"torch", "torch", "", ""},
        {" torch == 2.1.0 ; python_version > '3'", "torch", "== 2.1.0", "2.1.0"},
        {"torch===2.1", "torch", "===2.1", "2.1"},
        {"torch==2.*", "torch", "==2.*", ""},
        {"torch==2.1,!=2.0", "torch", "==2.1,!=2.0", ""},
        {"torch>=2,<3", "torch", ">=2,<3", ""},
        {"torch (>=2,<3)", "torch", ">=2,<3", ""},
        {"torch~=2.1", "torch", "~=2.1", ""},
        {"torch[a,b]>1", "torch", ">1", ""},
        {"torch [a] ; extra == 'x'", "torch", "", ""},
        {"torch @ https://user:token@example.org/t.whl", "torch", "", ""},
        {"a.b-c_d==1!2.0rc1+cu118", "a.b-c_d", "==1!2.0rc1+cu118", "1!2.0rc1+cu118"},
        {"git+https://t@example.org/x.git@main#egg=torch&subdirectory=a", "torch", "", ""},
        {"git+ssh://git@example.org/x.git", NULL, NULL, NULL},
        {"https://example.org/torch-2.1.0-cp311-none-any.whl#sha256=00", "torch", "", "2.1.0"},
        {"./dist/torch-2.1.0-cp311-none-any.whl", "torch", "", "2.1.0"},
        {"../library", NULL, NULL, NULL},
        {".", NULL, NULL, NULL},
        {"", NULL, NULL, NULL},
        {"123", NULL, NULL, NULL},
        {"if", NULL, NULL, NULL},
        {"None", NULL, NULL, NULL},
        {"str", NULL, NULL, NULL},
        {"two words", NULL, NULL, NULL},
        {"torch>=", NULL, NULL, NULL},
        {"torch=", NULL, NULL, NULL},
        {"-torch", NULL, NULL, NULL},
        {"torch-", NULL, NULL, NULL},
        {"user:token@example.org", NULL, NULL, NULL},
        {"\xff\xfe", NULL, NULL, NULL},
        {"torch[a", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_package out = {0};
        const bool is = sw_package_of_python(sw_str(cases[i].text), &out);
        if (is != (cases[i].name != NULL)) {
            fail_msg("'%s' is %s", cases[i].text, is ? "taken" : "not taken");
        }
        if (is && (!sw_str_is(out.name, cases[i].name) || !sw_str_is(out.range, cases[i].range) ||
                      !sw_str_is(out.version, cases[i].version))) {
            fail_msg("'%s' is '" SW_STR_FMT "' '" SW_STR_FMT "' '" SW_STR_FMT "'", cases[i].text,
                SW_STR_ARG(out.name), SW_STR_ARG(out.range), SW_STR_ARG(out.version));
        }
    }
}

static void versions_are_told_from_ranges(void **state)
{
    static const char *const versions[] = {"1", "1.2.3", "v0.0.0-20240101000000-abcdefabcdef",
        "2.0.0rc1+cu118", "1!2.0", "r09.2", "0.27.0-beta.1", "v1"};
    static const char *const others[] = {"", "latest", "LATEST", "latest.release", "1.+", "*",
        "^1.2", "[1,2)", "${v}", "git+https://example.org", "user:token", "1.2 || 2", "-1", "main",
        "a/b", "\xff"};
    for (size_t i = 0; i < SW_COUNT(versions); i++) {
        if (!sw_package_is_version(sw_str(versions[i]))) {
            fail_msg("'%s' is no version", versions[i]);
        }
    }
    for (size_t i = 0; i < SW_COUNT(others); i++) {
        if (sw_package_is_version(sw_str(others[i]))) {
            fail_msg("'%s' is a version", others[i]);
        }
    }
    assert_true(sw_str_is(sw_package_npm_version(sw_str("=v1.2.3-a.1")), "1.2.3-a.1"));
    assert_int_equal(sw_package_npm_version(sw_str("1.2")).len, 0);
    assert_int_equal(sw_package_npm_version(sw_str("1.2.x")).len, 0);
    assert_int_equal(sw_package_npm_version(sw_str("1.2.3 || 2.0.0")).len, 0);
    assert_int_equal(sw_package_npm_version(sw_str("")).len, 0);
}

static void names_are_those_that_an_ecosystem_has(void **state)
{
    static const struct {
        enum sw_catalogue_section ecosystem;
        const char *name;
        bool is;
    } cases[] = {
        {SW_CATALOGUE_PYPI, "a", true},
        {SW_CATALOGUE_PYPI, "a/b", false},
        {SW_CATALOGUE_PYPI, "1.2", false},
        {SW_CATALOGUE_NPM, "@a/b", true},
        {SW_CATALOGUE_NPM, "brain.js", true},
        {SW_CATALOGUE_NPM, "@a", false},
        {SW_CATALOGUE_NPM, "@/b", false},
        {SW_CATALOGUE_NPM, "@a/b/c", false},
        {SW_CATALOGUE_NPM, ".a", false},
        {SW_CATALOGUE_NPM, "a b", false},
        {SW_CATALOGUE_CARGO, "a-b_c", true},
        {SW_CATALOGUE_CARGO, "a.b", false},
        {SW_CATALOGUE_GOLANG, "example.org/a/v2", true},
        {SW_CATALOGUE_GOLANG, "fmt", false},
        {SW_CATALOGUE_MAVEN, "a.b:c", true},
        {SW_CATALOGUE_MAVEN, "a", false},
        {SW_CATALOGUE_MAVEN, ":a", false},
        {SW_CATALOGUE_MAVEN, "a:${b}", false},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        if (sw_package_is_name(cases[i].ecosystem, sw_str(cases[i].name)) != cases[i].is) {
            fail_msg("'%s' is judged wrongly", cases[i].name);
        }
    }
    assert_true(sw_package_is_development(sw_str("requirements-dev")));
    assert_true(sw_package_is_development(sw_str("Test")));
    assert_false(sw_package_is_development(sw_str("requirements-device")));
}

/* --- files ------------------------------------------------------------------------------------ */

static const char *shown(const struct sw_inventory *inventory)
{
    struct sw_buf out = SW_BUF_INIT;
    for (size_t i = 0; i < inventory->count; i++) {
        const struct sw_entity *e = &inventory->entities[i];
        for (size_t k = 0; k < e->sighting_count; k++) {
            const struct sw_sighting *s = &e->sightings[k];
            assert_int_equal(s->source, SW_SOURCE_PACKAGES);
            assert_int_equal(s->grade, SW_GRADE_DECLARED);
            assert_int_equal(
                sw_buf_printf(&out, "%s" SW_STR_FMT "@" SW_STR_FMT ":%u=%u%s",
                    out.len == 0 ? "" : " ", SW_STR_ARG(e->id.name), SW_STR_ARG(e->id.version),
                    s->line, s->confidence, s->scope == SW_SCOPE_DEVELOPMENT ? "d" : ""),
                SW_OK);
        }
    }
    const char *text = sw_arena_strdup(&arena, sw_buf_cstr(&out));
    sw_buf_release(&out);
    return text;
}

static void files_show_their_packages(void **state)
{
    static const struct {
        const char *path, *text, *wanted;
    } cases[] = {
        {"requirements.txt",
            "\xef\xbb\xbf"
            "a==1\r\nb\r\n",
            "a@1:1=900 b@:2=800"},
        {"dev-requirements.in", "a # b\n#c\nd;x\n", "a@:1=800d d@:3=800d"},
        {"requirements.txt", "a==1 \\\n  --hash=x\nb", "a@1:1=950 b@:3=800"},
        {"requirements.txt", "-e .\n-r\n-r x\n--x y\n-rx\na\\", "a@:6=800"},
        {"constraints.txt", "a<2", "a@:1=600"},
        {"x/requirements/base.txt", "a", "a@:1=800"},
        {"pyproject.toml", "project.dependencies = [\n'a',\n1, 'b==1']", "a@:2=800 b@1:3=900"},
        {"pyproject.toml", "project = 1\ntool = []\ndependency-groups = {a = 'b'}", ""},
        {"pyproject.toml",
            "[tool.pdm.dev-dependencies]\nx = ['a']\n[tool.uv]\ndev-dependencies = ['b']",
            "a@:2=800d b@:4=800d"},
        {"pyproject.toml",
            "[project]\ndependencies = ['a', 'b', 'c', 'd']\n[tool.uv.sources]\na = {workspace = "
            "true}\nB = {path = 'x'}\nc = {git = 'x'}\n[tool.uv]\nconstraint-dependencies = "
            "['e<2']",
            "c@:2=800 d@:2=800 e@:8=600"},
        {"pyproject.toml",
            "[tool.poetry.dependencies]\na = [{version = '1.0'}, {version = '2'}]\nb = {git = 'x'}",
            "a@:2=800 b@:3=800"},
        {"setup.py", "a = b\nb = a\nsetup(install_requires=a)", ""},
        {"setup.py", "import setuptools\nsetuptools.setup(\n  tests_require=('a', 'b>1'))",
            "a@:3=800d b@:3=800d"},
        {"setup.py", "setup(install_requires=[x for x in open('r')])", ""},
        {"setup.cfg", "[options]\ninstall_requires = a\n  b\n# c\nzip = d\n", "a@:2=800 b@:3=800"},
        {"Pipfile", "[packages]\na = '*'\nb = {version = '==1', extras = ['x']}",
            "a@:2=800 b@1:3=900"},
        {"Pipfile.lock", "{\"default\":{\"a\":{\"version\":\"==1\"},\"b\":{},\"c\":1}}",
            "a@1:1=950 b@:1=950 c@:1=950"},
        {"poetry.lock", "package = [{name = 'a', version = '1'}, {name = 1}, 2]", "a@1:1=950"},
        {"uv.lock", "[[package]]\nname = 'a'\nversion = '1'\nsource = {virtual = '.'}", ""},
        {"pylock.x.toml", "[[packages]]\nname = 'a'\n", "a@:2=950"},
        {"environment.yaml", "dependencies:\n- torch==1.0\n- pip:\n  - a==1\n- 'keras'\n",
            "a@1:4=900 keras@:5=800 torch@1.0:2=900"},
        {"package.json", "\xef\xbb\xbf{\"dependencies\":\n{\"a\":\"1.0.0\",\n\"b\":\"*\",\"c\":1}}",
            "a@1.0.0:2=900 b@:3=800"},
        {"package.json", "{\"dependencies\":[\"a\"],\"devDependencies\":null}", ""},
        {"package-lock.json",
            "{\"packages\":{\"node_modules/a\":{\"version\":\"1.0.0\",\"dev\":true}}}",
            "a@1.0.0:1=950d"},
        {"package-lock.json", "{\"packages\":{\"node_modules/\":{},\"x\":{},\"node_modules/a\":1}}",
            ""},
        {"npm-shrinkwrap.json",
            "{\"dependencies\":{\"a\":{\"version\":\"file:x\"},\n\"b\":{\"version\":\"1.0.0\"}}}",
            "b@1.0.0:2=950"},
        {"yarn.lock", "a@^1, a@^2:\n  version \"1.0.0\"\n\n\"@b/c@1\":\n  version \"2.0.0\"",
            "@b/c@2.0.0:4=950 a@1.0.0:1=950"},
        {"yarn.lock", "a:\n  version \"1\"\n@:\n:\n\"\n,\n", ""},
        {"pnpm-lock.yaml",
            "lockfileVersion: 5.3\npackages:\n  /a/1.0.0:\n    dev: true\n  /@b/c/2.0.0_x:\n",
            "@b/c@2.0.0:5=950 a@1.0.0:3=950d"},
        {"pnpm-lock.yaml", "packages:\n  a@1.0.0(b@2.0.0):\n  'x'\n  :\n  file:a:\n",
            "a@1.0.0:2=950"},
        {"Cargo.toml", "[workspace.dependencies]\na = '1'\nb = {version = '=1.0.0'}",
            "a@:2=800 b@1.0.0:3=900"},
        {"Cargo.toml", "[dependencies]\na.workspace = true\n[build-dependencies]\nb = '2'",
            "a@:2=800 b@:4=800d"},
        {"Cargo.lock", "[[package]]\nname = 'a'\nversion = '1.0.0'\nsource = 'x'", "a@1.0.0:2=950"},
        {"go.mod",
            "require x.y/a v1.0.0 // x\nexclude x.y/b v1.0.0\nretract (\nv1.0.0\n)\nrequire "
            "(\n\tx.y/c v1.1.0\n)",
            "x.y/a@v1.0.0:1=900 x.y/c@v1.1.0:7=900"},
        {"go.mod", "require (\nrequire (\n)\n)\nrequire\nrequire x\n", ""},
        {"go.sum", "x.y/a v1.0.0 h1:\nx.y/a v1.0.1 h1:\nx.y/b v1.0.0/go.mod h1:\n",
            "x.y/a@v1.0.1:2=950"},
        {"pom.xml",
            "<project><dependencies><dependency>\n<groupId>g</groupId><artifactId>a</artifactId>"
            "<version>1</version></dependency></dependencies></project>",
            "g:a@1:2=900"},
        {"pom.xml",
            "<project><version>3</version><dependencies><dependency><groupId>g</groupId>"
            "<artifactId>a</artifactId><version>${project.version}</version></dependency>"
            "<dependency/><dependency><artifactId>${x}</artifactId></dependency>"
            "</dependencies></project>",
            "g:a@3:1=900"},
        {"pom.xml",
            "<p><properties><a>${b}</a><b>${a}</b></properties><dependencies><dependency>"
            "<groupId>g</groupId><artifactId>a</artifactId><version>${a}</version></dependency>"
            "</dependencies></p>",
            "g:a@:1=800"},
        {"pom.xml",
            "<project><parent><groupId>p</groupId><artifactId>q</artifactId><version>7</version>"
            "</parent><dependencies><dependency><groupId>${project.groupId}</groupId>"
            "<artifactId>a</artifactId><version>${project.version}</version></dependency>"
            "<dependency><groupId>g</groupId><artifactId>b</artifactId><version>"
            "${project.parent.version}</version></dependency></dependencies></project>",
            "g:b@7:1=900 p:a@7:1=900"},
        {"bun.lock",
            "{\n \"lockfileVersion\": 1, // x\n \"packages\": {\n  \"a\": [\"a@1.0.0\", \"\", {},"
            " \"sha512-x==\"],\n  \"c/a\": [\"a@2.0.0\", \"\"],\n  \"z\": [\"@b/c@3.0.0\"],\n"
            "  \"w\": [\"w@workspace:w\"], \"f\": [\"f@file:f\"], \"n\": 1, \"l\": [],\n"
            "  \"g\": [\"g@git+ssh://git@h/x#1\", {}, \"x\"],\n }\n}\n",
            "@b/c@3.0.0:6=950 a@1.0.0:4=950 a@2.0.0:5=950 g@:8=950"},
        {"deno.json",
            "{\"imports\": {\n\"a\": \"npm:a@1.0.0/x\",\n\"b\": \"npm:/@b/c@^2\",\n\"s\": "
            "\"jsr:@std/s@1\", \"d\": \"npm:\", \"e\": \"npm:@x\", \"h\": \"https://h/npm:i\"},\n"
            "\"scopes\": {\"y\": {\"z\": \"npm:z\"}},}",
            "@b/c@:3=800 a@1.0.0:2=900 z@:5=800"},
        {"deno.lock",
            "{\"version\":\"5\",\"specifiers\":{\"npm:a@^1\":\"1.0.0\"},\"jsr\":{\"@s/"
            "t@1.0.0\":{}},\n"
            "\"npm\":{\"a@1.0.0_b@2.0.0\":{\"integrity\":\"sha512-x\"},\"@b/c@3.0.0\":{}}}",
            "@b/c@3.0.0:2=950 a@1.0.0:2=950"},
        {"deno.lock",
            "{\"version\":\"3\",\"packages\":{\"npm\":{\"a@1.0.0\":{}}},\"npm\":{\"b@1.0.0\":{}}}",
            "a@1.0.0:1=950"},
        {"deno.lock", "{\"npm\":{\"specifiers\":{},\"packages\":{\"a@1.0.0\":{}}}}",
            "a@1.0.0:1=950"},
        {"pnpm-workspace.yaml",
            "packages:\n- x\ncatalog:\n  a: ^1.0.0\n  '@b/c': 2.0.0\ncatalogs:\n  old:\n    d: "
            "npm:e@1\n    f: 3.0.0\n",
            "@b/c@2.0.0:5=600 a@:4=600 f@3.0.0:9=600"},
        {"package.json",
            "{\"workspaces\":{\"catalog\":{\"a\":\"1.0.0\"}},\n\"catalogs\":{\"x\":{\"b\":\"2.0."
            "0\"}},\n"
            "\"dependencies\":{\"a\":\"catalog:\"}}",
            "a@1.0.0:1=600 a@1.0.0:3=800 b@2.0.0:2=600"},
        {"build.gradle", "api 'g:a:1'\nimplementation 'g:b'\n'g:c:1'\ncompile \"g:d:$x\"",
            "g:a@1:1=900 g:b@:2=800 g:c@1:3=900 g:d@:4=800"},
        {"build.gradle.kts", "x = \"2\"\ntestApi(\"g:a:${rootProject.x}\")\nprintln(\"g:b:1\")",
            "g:a@2:2=900d"},
        {"build.gradle", "implementation group: 'g', name: 'a'\nimplementation group: 'g'\n}",
            "g:a@:1=800"},
        {"libs.versions.toml", "[libraries]\na = {group = 'g', name = 'a', version = '1'}\nb = 'x'",
            "g:a@1:2=900"},
        {"Dockerfile", "RUN pip install \\\n a==1 \\\n # b\n c && npm i -D d@1.0.0 @e/f",
            "@e/f@:4=800d a@1:2=900 c@:4=800 d@1.0.0:4=900d"},
        {"Dockerfile.gpu", "RUN [\"pip3.11\", \"install\", \"a\"]\nRUN pip download b\n",
            "a@:1=800"},
        {"x.sh", "pip install -r a b 2>&1 > c\npip install -i d $e \"f$g\" h==$i 'j\nk'\n",
            "b@:1=800 h@:2=800"},
        {"x.sh", "pipx install a\nnpm ci\nyarn install b\nyarn global add c\nuv add d>=1\n",
            "c@:4=800 d@:5=800"},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_inventory inventory;
        const struct sw_bytes text = sw_bytes(cases[i].text, strlen(cases[i].text));
        enum sw_code code = look_at_text(&arena, &inventory, cases[i].path, text);
        if (code != SW_OK) {
            fail_msg("%s, %s: code %d", cases[i].path, cases[i].text, (int)code);
        }
        if (strcmp(shown(&inventory), cases[i].wanted) != 0) {
            fail_msg("%s, %s:\n%s", cases[i].path, cases[i].text, shown(&inventory));
        }
    }
}

static void digests_are_kept_with_their_place(void **state)
{
    static const struct {
        const char *path, *text, *wanted;
    } cases[] = {
        {"package-lock.json",
            "{\"dependencies\":{\"a\":{\"version\":\"1.0.0\",\"integrity\":\"sha512-aB+/==\"}}}",
            "integrity sha512-aB+/=="},
        {"package-lock.json",
            "{\"dependencies\":{\"a\":{\"version\":\"1.0.0\",\"integrity\":\"https://u:t@h\"}}}",
            ""},
        {"yarn.lock", "a@^1:\n  version \"1.0.0\"\n  integrity sha1-x=\n", "integrity sha1-x="},
        {"pnpm-lock.yaml",
            "packages:\n  a@1.0.0:\n    resolution: {integrity: sha512-x==, tarball: https://h}\n",
            "integrity sha512-x=="},
        {"go.sum", "x.y/a v1.0.0 h1:x=\n", "integrity h1:x="},
        {"uv.lock", "[[package]]\nname = 'a'\nversion = '1'\nsdist = {hash = 'sha256:00'}",
            "integrity sha256:00"},
        {"Cargo.lock",
            "[[package]]\nname = 'a'\nversion = '1'\nsource = 'x'\nchecksum = "
            "'0123456789012345678901234567890123456789012345678901234567890123'",
            "integrity sha256:0123456789012345678901234567890123456789012345678901234567890123"},
        {"package.json", "{\"dependencies\":{\"a\":\"^1.0\"}}", "wants ^1.0"},
        {"package.json", "{\"dependencies\":{\"a\":\"latest\"}}", ""},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_inventory inventory;
        const struct sw_bytes text = sw_bytes(cases[i].text, strlen(cases[i].text));
        assert_int_equal(look_at_text(&arena, &inventory, cases[i].path, text), SW_OK);
        assert_int_equal(inventory.count, 1);
        struct sw_str detail = inventory.entities[0].sightings[0].detail;
        if (!sw_str_is(detail, cases[i].wanted)) {
            fail_msg("%s: " SW_STR_FMT, cases[i].path, SW_STR_ARG(detail));
        }
    }
}

static void what_is_not_what_its_name_says_is_a_gap(void **state)
{
    static const struct {
        const char *path, *text;
        enum sw_code code;
    } cases[] = {
        {"pyproject.toml", "[project", SW_E_FORMAT},
        {"pyproject.toml", "a = \"\xff\"", SW_E_FORMAT},
        {"uv.lock", "[[package]]\nname = 'a'\nname = 'b'", SW_E_FORMAT},
        {"Cargo.toml", "<<<<<<< HEAD", SW_E_FORMAT},
        {"package.json", "{\"a\":1,\"a\":2}", SW_E_FORMAT},
        {"package.json", "[]", SW_E_FORMAT},
        {"package-lock.json", "{\"packages\":", SW_E_FORMAT},
        {"Pipfile.lock", "\"", SW_E_FORMAT},
        {"setup.py", "print 'Python 2'", SW_E_FORMAT},
        {"pom.xml", "<project>", SW_OK},
        {"pom.xml", "<project></b>", SW_E_FORMAT},
        {"pom.xml", "<project", SW_E_FORMAT},
        {"pom.xml", "<!DOCTYPE a []><project/>", SW_E_FORMAT},
        {"pom.xml", "<!-- ", SW_E_FORMAT},
        {"libs.versions.toml", "a", SW_E_FORMAT},
        {"bun.lock", "{", SW_E_FORMAT},
        {"bun.lock", "[]", SW_E_FORMAT},
        {"bun.lock", "{\"packages\": {}}", SW_E_FORMAT},
        {"deno.lock", "[]", SW_E_FORMAT},
        {"deno.lock", "{\"npm\": {},}", SW_E_FORMAT},
        {"deno.json", "{\"imports\"", SW_E_FORMAT},
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        struct sw_inventory inventory;
        const struct sw_bytes text = sw_bytes(cases[i].text, strlen(cases[i].text));
        enum sw_code code = look_at_text(&arena, &inventory, cases[i].path, text);
        if (code != cases[i].code) {
            fail_msg("%s, %s: code %d", cases[i].path, cases[i].text, (int)code);
        }
    }
}

/* Each name stands for thousands of the next. */
static void names_for_names_come_to_an_end(void **state)
{
    SW_CLEANUP(buf) struct sw_buf text = SW_BUF_INIT;
    struct sw_inventory inventory;
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(sw_buf_printf(&text, "n%u = [", i), SW_OK);
        for (unsigned k = 0; k < 5000; k++) {
            assert_int_equal(sw_buf_printf(&text, "n%u, ", i + 1), SW_OK);
        }
        assert_int_equal(sw_buf_puts(&text, "]\n"), SW_OK);
    }
    assert_int_equal(sw_buf_puts(&text, "setup(install_requires=n0)\n"), SW_OK);
    assert_int_equal(look_at_text(&arena, &inventory, "setup.py", sw_buf_bytes(&text)), SW_OK);
    assert_int_equal(inventory.count, 0);
}

static void no_address_is_told(void **state)
{
    static const char *const files[][2] = {
        {"requirements.txt", "a @ https://u:secret@h/x\ngit+https://secret@h/x#egg=b\n"
                             "https://secret@h/c-1-py3-none-any.whl\n-i https://u:secret@h\n"
                             "d==secret@1\ne>=1,https://secret@h"},
        {"package.json",
            "{\"dependencies\":{\"a\":\"git+https://u:secret@h/a\","
            "\"b\":\"https://h/b.tgz?token=secret\",\"c\":\"npm:d@https://secret@h\"}}"},
        {"Pipfile", "[packages]\na = {git = 'https://u:secret@h'}\nb = 'https://secret@h'"},
        {"Cargo.toml", "[dependencies]\na = {git = 'https://u:secret@h'}\nb = 'x:secret@y'"},
        {"yarn.lock", "a@https://u:secret@h/a.tgz:\n  version \"1.0.0\"\n"},
        {"pnpm-lock.yaml", "packages:\n  a@https://secret@h:\n  b@file:secret:\n"},
        {"x.sh", "pip install --index-url https://u:secret@h a --extra-index-url=https://secret@h"},
    };
    for (size_t i = 0; i < SW_COUNT(files); i++) {
        struct sw_inventory inventory;
        SW_CLEANUP(buf) struct sw_buf out = SW_BUF_INIT;
        struct sw_json_writer w;
        const struct sw_bytes text = sw_bytes(files[i][1], strlen(files[i][1]));
        assert_int_equal(look_at_text(&arena, &inventory, files[i][0], text), SW_OK);
        sw_jw_init(&w, &out, 0);
        sw_jw_object(&w, NULL);
        sw_inventory_write(&w, &inventory);
        sw_jw_object_end(&w);
        assert_int_equal(sw_jw_finish(&w), SW_OK);
        assert_true(inventory.count > 0 || i == 5);
        if (strstr(sw_buf_cstr(&out), "secret") != NULL) {
            fail_msg("%s: %s", files[i][0], sw_buf_cstr(&out));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requirements_of_python_are_read),
        cmocka_unit_test(versions_are_told_from_ranges),
        cmocka_unit_test(names_are_those_that_an_ecosystem_has),
        cmocka_unit_test_setup_teardown(files_show_their_packages, make, clean),
        cmocka_unit_test_setup_teardown(digests_are_kept_with_their_place, make, clean),
        cmocka_unit_test_setup_teardown(what_is_not_what_its_name_says_is_a_gap, make, clean),
        cmocka_unit_test_setup_teardown(names_for_names_come_to_an_end, make, clean),
        cmocka_unit_test_setup_teardown(no_address_is_told, make, clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
