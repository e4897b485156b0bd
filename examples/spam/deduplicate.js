// Takes each mail once: in the package it stands as text and as JSON.
//
//     node deduplicate.js OUTPUT.jsonl DIRECTORY...
//
// One JSON line a mail: its id, its label, its text and the file that it stands in as text.
'use strict';

const fs = require('fs');
const path = require('path');

const [output, ...directories] = process.argv.slice(2);
if (!output || directories.length === 0) {
    console.error('usage: node deduplicate.js OUTPUT.jsonl DIRECTORY...');
    process.exit(2);
}

const lines = [];
for (const directory of directories) {
    for (const name of fs.readdirSync(directory).filter((n) => n.endsWith('.json')).sort()) {
        const mail = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
        const label = mail.group.startsWith('spam') ? 'spam' : 'ham';
        const file = name.replace(/json$/, 'txt');
        lines.push(JSON.stringify({id: `${mail.group}/${mail.id}`, label, text: mail.text, file}));
    }
}
fs.writeFileSync(output, lines.join('\n') + '\n');
console.log(`${lines.length} mails`);
