// Validates bills of materials against the published schemas: CycloneDX in the strict form that refuses
// what the schema does not know, SPDX 3.0.1 with the schema that is generated from its model. The SPDX
// project publishes no package with that schema; the one of @cyclonedx/cdxgen has a copy.
//
//   node validate.js FILE…
//
// Prints JSON: for each file null, or what is wrong.
import { readFileSync } from 'node:fs';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import Ajv from 'ajv/dist/2020.js';

const versions = {
  '1.4': Spec.Version.v1dot4,
  '1.5': Spec.Version.v1dot5,
  '1.6': Spec.Version.v1dot6,
  1.7: Spec.Version.v1dot7,
};
const schema = new URL('node_modules/@cyclonedx/cdxgen/data/spdx-export.schema.json', import.meta.url);
const spdx = new Ajv({ strict: false }).compile(JSON.parse(readFileSync(schema, 'utf8')));

async function validate(text) {
  const document = JSON.parse(text);
  if (document.bomFormat === undefined) {
    return spdx(document) ? null : spdx.errors;
  }
  const version = versions[document.specVersion];
  if (version === undefined) {
    return `unknown version ${document.specVersion}`;
  }
  return new Validation.JsonStrictValidator(version).validate(text);
}

const result = {};
for (const path of process.argv.slice(2)) {
  result[path] = await validate(readFileSync(path, 'utf8'));
}
console.log(JSON.stringify(result));
