// Validates documents against the schema of CycloneDX 1.6 as its project publishes it, in the strict
// form that refuses what the schema does not know.
//
//   node cyclonedx.js FILE…
//
// Prints JSON: for each file null, or what is wrong.
import { readFileSync } from 'node:fs';

import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
const result = {};
for (const path of process.argv.slice(2)) {
  result[path] = await validator.validate(readFileSync(path, 'utf8'));
}
console.log(JSON.stringify(result));
