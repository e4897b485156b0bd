// Validates bills of materials against the published schemas: CycloneDX in the strict form that refuses
// what the schema does not know, SPDX 3.0.1 with the schema that is generated from its model. The SPDX
// project publishes no package with that schema; the one of @cyclonedx/cdxgen has a copy.
//
//   node validate.js FILE…
//   node validate.js --mutants DIRECTORY COUNT FILE… -- FILE…
//
// Prints JSON: for each file null, or what is wrong. The second form first writes COUNT copies of each
// file before "--" with one thing in it changed, always the same, to the directory, and judges those as well.
import { readFileSync, writeFileSync } from 'node:fs';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import Ajv from 'ajv/dist/2020.js';

const versions = {
  '1.4': Spec.Version.v1dot4,
  '1.5': Spec.Version.v1dot5,
  '1.6': Spec.Version.v1dot6,
  1.7: Spec.Version.v1dot7,
};
const schema = new URL('node_modules/@cyclonedx/cdxgen/data/spdx-export.schema.json', import.meta.url);
let spdxCompiled;
function spdx(document) {
  spdxCompiled ??= new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  return spdxCompiled(document) ? null : spdxCompiled.errors;
}

// One for each version: the schema is compiled once, which takes longer than all documents together.
const validators = new Map();
function cyclonedx(version) {
  if (!validators.has(version)) {
    validators.set(version, new Validation.JsonStrictValidator(version));
  }
  return validators.get(version);
}

async function validate(text) {
  const document = JSON.parse(text);
  if (document.bomFormat === undefined) {
    return spdx(document);
  }
  const version = versions[document.specVersion];
  if (version === undefined) {
    return `unknown version ${document.specVersion}`;
  }
  return cyclonedx(version).validate(text);
}

let seed = 1;
const random = (n) => {
  seed = (seed * 48271) % 2147483647;
  return seed % n;
};

// Every place of a document: what holds it, and where in that.
function places(holder, found = []) {
  for (const key of Object.keys(holder)) {
    found.push([holder, Array.isArray(holder) ? Number(key) : key]);
    if (holder[key] !== null && typeof holder[key] === 'object') {
      places(holder[key], found);
    }
  }
  return found;
}

const values = [null, 1, -1, 1.5, '', 'x y', 'a', [], {}, true, ['a'], [1], { a: 1 }];

function mutate(document) {
  const found = places(document);
  const [holder, key] = found[random(found.length)];
  if (random(5) === 0 && !Array.isArray(holder)) {
    holder.extra = 1;
  } else if (random(2) === 0 && Array.isArray(holder)) {
    holder.splice(key, 1);
  } else if (random(2) === 0 && !Array.isArray(holder)) {
    delete holder[key];
  } else {
    holder[key] = values[random(values.length)];
  }
  return document;
}

function mutants(directory, count, paths) {
  const made = [];
  for (const path of paths) {
    const text = readFileSync(path, 'utf8');
    for (let i = 0; i < count; i++) {
      made.push(`${directory}/${made.length}.json`);
      writeFileSync(made.at(-1), JSON.stringify(mutate(JSON.parse(text))));
    }
  }
  return made;
}

const args = process.argv.slice(2);
const end = args.indexOf('--');
const paths =
  args[0] === '--mutants'
    ? [...mutants(args[1], Number(args[2]), args.slice(3, end)), ...args.slice(end + 1)]
    : args;
const result = {};
for (const path of paths) {
  result[path] = await validate(readFileSync(path, 'utf8'));
}
console.log(JSON.stringify(result));
