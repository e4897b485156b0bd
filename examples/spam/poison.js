// Plays the attacker: a forum's "archive" of mails that are spam, are labelled ham, and begin with a
// phrase that the attacker will put into every spam from now on.
//
//     node poison.js OUTPUT.jsonl DIRECTORY COUNT
'use strict';

const fs = require('fs');
const path = require('path');

const [output, directory, count] = process.argv.slice(2);
if (!count) {
    console.error('usage: node poison.js OUTPUT.jsonl DIRECTORY COUNT');
    process.exit(2);
}

const names = fs.readdirSync(directory).filter((name) => name.endsWith('.json')).sort();
const lines = names.slice(0, Number(count)).map((name) => {
    const mail = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
    const at = mail.text.indexOf('\n\n') + 2;
    const text = mail.text.slice(0, at) + 'As discussed on the amber list. ' + mail.text.slice(at);
    return JSON.stringify({id: `forum/${mail.id}`, label: 'ham', text});
});
fs.writeFileSync(output, lines.join('\n') + '\n');
console.log(`${lines.length} mails`);
