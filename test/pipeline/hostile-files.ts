/** Texts that keep a careless YAML reader busy for seconds, fill its memory or end its process. Each is refused. */
export const HOSTILE_FILES: readonly (readonly [what: string, text: string])[] = [
  ['an alias bomb', aliasBomb()],
  ['complex keys in each other', '? '.repeat(400)],
  ['many complex keys', '? '.repeat(30_000)],
  ['open brackets', '['.repeat(60_000)],
  ['open braces', '{a: '.repeat(15_000)],
  ['brackets over many lines', '[\n'.repeat(990)],
  ['lists in each other', '- '.repeat(2000)],
  ['a list of a map of a list', '- a: '.repeat(700)],
  ['stairs', Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
  ['200 KB of keys', Array.from({ length: 20_000 }, (_, index) => `key${index}: 1`).join('\n')],
  ['64 KB of keys', Array.from({ length: 999 }, (_, index) => `key${index}: {a: 1, b: 2}`).join('\n')],
  [
    'many keys in braces',
    `{${Array.from({ length: 5000 }, (_, index) => `k${index}: 1\n`.slice(0, -1)).join(',')}}`,
  ],
  ['the same key again and again', 'a: 1\n'.repeat(999)],
  ['__proto__', 'pipeline: x\n__proto__: { a: 1 }\n'],
  ['__proto__ in depth', 'environments: { a: { target: { __proto__: { kind: process } } } }\n'],
  ['constructor', '{ constructor: { prototype: { a: 1 } } }\n'],
  ['a tag with code', 'a: !!js/function "function () { return 1 }"\n'],
  ['tags', '!a '.repeat(1300)],
  ['anchors', '&a '.repeat(1300)],
  ['a merge', 'a: { b: 1 }\n<<: { c: 1 }\n'],
  ['documents', '---\n'.repeat(999)],
  ['directives', '%YAML 1.2\n'.repeat(999)],
  ['colons', ': '.repeat(2000)],
  ['nested one-line maps', 'a: '.repeat(1300)],
  ['closing brackets', '}'.repeat(4000)],
  ['commas', `[${','.repeat(3990)}`],
  ['quotes', '"a" '.repeat(1000)],
  ['open quotes', `"${'x\n'.repeat(999)}`],
  ['escapes', `a: "${'\\U0001F600'.repeat(390)}"`],
  ['blank lines', '\n'.repeat(60_000)],
  ['spaces', `${' '.repeat(3999)}\n`.repeat(16)],
  ['tabs', '\t'.repeat(65_000)],
  ['comments', '# x\n'.repeat(999)],
  ['an empty block of many lines', `a: |\n${'\n'.repeat(990)}`],
  ['one long line', 'x'.repeat(1_000_000)],
  ['a megabyte of nothing', '\0'.repeat(1_000_000)],
  ['a long number', `a: ${'9'.repeat(3900)}`],
  ['escape sequences for a terminal', 'a: \u001b]0;gone\u0007\u001b[2J\n'],
  ['text that reads backwards', 'run: "npm test \u202e; rm -rf"\n'],
];

function aliasBomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, index) => `l${index + 1}: &l${index + 1} [${`*l${index}, `.repeat(9)}]`,
  );
  return `l0: &l0 [x]\n${levels.join('\n')}\n`;
}
