"""Recall and precision of `sealwright discover` over labelled repositories (discover-labels.json).

usage: discover_labels.py PROGRAM LABELS CHECKOUTS SCRATCH [--details tuning|second|third|fourth|fifth|sixth|seventh|eighth|all] [REPOSITORY...]

CHECKOUTS holds one directory for each repository, named "owner+name". What a label counts is said in
bench/discover-labels.md.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from urllib.parse import unquote

COUNTED = ("runtime", "development")
MANIFEST = re.compile(
    r"(.*requirements.*\.(txt|in)|pyproject\.toml|setup\.(py|cfg)|Pipfile(\.lock)?|.*env.*\.ya?ml|conda.*\.ya?ml"
    r"|(poetry|uv|pdm|Cargo)\.lock|pylock.*\.toml|package(-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock"
    r"|pnpm-lock\.yaml|bun\.lockb?|Cargo\.toml|go\.(mod|sum)|pom\.xml|.*\.gradle(\.kts)?|.*\.versions\.toml"
    r"|.*\.csproj|Directory\.Packages\.props|cog\.yaml)$"
)
WORDS = set(
    """if else elif return for while import from def class self this null none true false undefined new var let
    const async await try catch except pass break continue lambda string str int integer float double bool boolean
    number object array list dict any void char byte long type types model models name value default auto custom
    local unknown test tests testing foo bar baz qux dummy fake mock example examples sample placeholder changeme
    todo tbd xxx your-model your_model my-model my_model the a an of""".split()
)


def run(program, tree):
    out = subprocess.run([program, "discover", "--json", tree], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if out.returncode not in (0, 1, 3):
        sys.exit("discover failed for %s: %s" % (tree, out.stderr.decode(errors="replace")[:300]))
    return json.loads(out.stdout)["entities"]


def is_junk(name):
    low = name.lower()
    return (
        low in WORDS
        or not re.search(r"[a-z]", low)
        or len(name) < 2
        or bool(re.search(r"[\s{}<>$()\[\]\"'`\\]", name))
        or bool(re.match(r"(z|os|process|self|this|args|config|np|torch)\.[a-z]", low))
        or bool(re.search(r"(^|[-_/])(your|my)[-_]", low))
    )


def is_file(entity):
    """A model that is there itself: it has a path and a content, and nobody says its name."""
    return all(e["signal"] in ("model-file", "lfs-pointer") for e in entity["evidence"])


def names_of_label(label):
    return {n.lower() for n in [label["name"]] + label.get("known_as", [])}


def names_of_entity(entity):
    name, out = entity["name"].lower(), set()
    for said in [name] + re.findall(r"said as '([^']+)'", " ".join(e.get("detail", "") for e in entity["evidence"]).lower()):
        out |= {said, said + ":" + entity.get("version", "").lower(), said + "@" + entity.get("version", "").lower()}
    return out


def package_of(entity):
    match = re.match(r"pkg:([a-z]+)/([^@?#]+)", entity.get("purl", ""))
    if not match:
        return None
    package = match.group(1) + "/" + unquote(match.group(2))
    package = re.sub(r"/v\d+$", "", package) if package.startswith("golang/") else package
    return package.lower()


def is_package(label, found):
    label = label.lower()
    label = re.sub(r"/v\d+$", "", label) if label.startswith("golang/") else label
    if label.endswith("*"):
        return any(p.startswith(label[:-1]) for p in found)
    return label in found


def packages(entities, only_imports):
    out = set()
    for entity in entities:
        if entity["kind"] != "library" or entity["scope"] not in COUNTED:
            continue
        signals = {e["signal"] for e in entity["evidence"]}
        if not only_imports or any(s.endswith(("-import", "-use", "-using")) for s in signals):
            out.add(package_of(entity))
    out.discard(None)
    return out


def without_manifests(tree, scratch):
    copy = os.path.join(scratch, "copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(tree, copy, symlinks=True)
    for folder, _, files in os.walk(copy):
        for name in files:
            if MANIFEST.match(name):
                os.unlink(os.path.join(folder, name))
    return copy


class Sum:
    def __init__(self):
        self.counts, self.per_repository = {}, []

    def add(self, **more):
        for key, value in more.items():
            self.counts[key] = self.counts.get(key, 0) + value

    def ratio(self, part, whole):
        return self.counts.get(part, 0) / self.counts[whole] if self.counts.get(whole) else None


def show(value):
    return "    -" if value is None else "%5.3f" % value


def judge(program, label, tree, scratch, details):
    s = Sum()
    entities = run(program, tree)
    models = [e for e in entities if e["kind"] == "model" and e["scope"] in COUNTED and not is_file(e)]
    wanted = [(names_of_label(m), m) for m in label["models"]]
    also = {n.lower() for n in label.get("also", [])}
    seen = [(names_of_entity(e), e) for e in models]
    missed = [m for names, m in wanted if not any(names & n for n, _ in seen)]
    right = [e for n, e in seen if any(n & names for names, _ in wanted)]
    neutral = [e for n, e in seen if e not in right and n & also]
    wrong = [e for _, e in seen if e not in right and e not in neutral]
    s.add(wanted=len(wanted), found=len(wanted) - len(missed), right=len(right), neutral=len(neutral), wrong=len(wrong))
    s.add(told=len(right) + len(wrong), told_strictly=len(seen))

    declared = [p["package"] for p in label["manifest"]]
    imported = [p["package"] for p in label["imports"]]
    with_manifest = packages(entities, False)
    every = sorted(set(declared) | set(imported)) if declared else []
    lost = [p for p in every if not is_package(p, with_manifest)]
    s.add(packages=len(every), packages_found=len(every) - len(lost))
    alone = packages(run(program, without_manifests(tree, scratch)), True)
    lost_imports = [p for p in imported if not is_package(p, alone)]
    s.add(imports=len(imported), imports_found=len(imported) - len(lost_imports))

    keys = [(e["kind"], e["name"].lower(), e.get("version", ""), e.get("purl", "").lower()) for e in entities]
    junk = [e for e in entities if e["kind"] in ("model", "dataset", "library") and e["scope"] in COUNTED and is_junk(e["name"])]
    s.add(entities=len(entities), duplicates=len(keys) - len(set(keys)), junk=len(junk))
    if details:
        for m in missed:
            print("    missed   %s (%s)" % (m["name"], m["at"]))
        for e in wrong:
            where = e["evidence"][0]
            print("    wrong    %s (%s:%s %s)" % (e["name"], where["file"], where.get("line", "?"), where["signal"]))
        for p in lost:
            print("    package  %s" % p)
        for p in lost_imports:
            print("    import   %s" % p)
    for e in junk:
        print("    junk     %s %s" % (e["kind"], e["name"]))
    return s


def line(name, s, repositories=None):
    c = s.counts
    print(
        "%-44s models %4d/%-4d %s  told %4d right %4d %s (strictly %s)  packages %3d/%-3d %s  imports %3d/%-3d %s  twice %d junk %d"
        % (
            name, c["found"], c["wanted"], show(s.ratio("found", "wanted")), c["told"], c["right"],
            show(s.ratio("right", "told")), show(s.ratio("right", "told_strictly")),
            c["packages_found"], c["packages"], show(s.ratio("packages_found", "packages")),
            c["imports_found"], c["imports"], show(s.ratio("imports_found", "imports")), c["duplicates"], c["junk"],
        )
    )


def mean(sums, part, whole):
    values = [s.ratio(part, whole) for s in sums if s.counts.get(whole)]
    return sum(values) / len(values) if values else None


def main():
    args = sys.argv[1:]
    details = ""
    if "--details" in args:
        at = args.index("--details")
        details = args[at + 1]
        del args[at : at + 2]
    program, labels, checkouts, scratch = args[:4]
    sets = {"tuning": [], "second": [], "third": [], "fourth": [], "fifth": [], "sixth": [], "seventh": [], "eighth": []}
    for label in json.load(open(labels, encoding="utf-8")):
        tree = os.path.join(checkouts, label["repository"].replace("/", "+"))
        if (args[4:] and label["repository"] not in args[4:]) or not os.path.isdir(tree):
            continue
        s = judge(program, label, tree, scratch, details in (label["set"], "all"))
        line(label["repository"], s)
        sets[label["set"]].append(s)
    for which, sums in list(sets.items()) + [("all", [s for sums in sets.values() for s in sums])]:
        if not sums:
            continue
        total = Sum()
        for s in sums:
            total.add(**s.counts)
        print()
        line("%s, %d repositories" % (which, len(sums)), total)
        print(
            "%-44s models recall %s precision %s  packages %s  imports %s"
            % (
                "  mean over repositories", show(mean(sums, "found", "wanted")), show(mean(sums, "right", "told")),
                show(mean(sums, "packages_found", "packages")), show(mean(sums, "imports_found", "imports")),
            )
        )
        for name, part, whole, goal in (
            ("recall of models", "found", "wanted", 0.90),
            ("precision of models", "right", "told", 0.95),
            ("recall of packages with a manifest", "packages_found", "packages", 0.98),
            ("recall of packages from imports alone", "imports_found", "imports", 0.90),
        ):
            value = total.ratio(part, whole)
            if value is not None:
                print(
                    "discover %s, %s: %.4f , ratio %.3f against the goal (goal >= %g): %s"
                    % (which, name, value, value, goal, "met" if value >= goal else "MISSED")
                )
        for name, key in (("junk", "junk"), ("duplicates", "duplicates")):
            value = total.counts[key]
            print(
                "discover %s, %s: %d , ratio %d against none (goal <= 0): %s"
                % (which, name, value, value, "MISSED" if value else "met")
            )


main()
