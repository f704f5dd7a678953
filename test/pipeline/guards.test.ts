import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

/** Code and place of everything found in a text. */
function placesIn(text: string): readonly string[] {
  return readPipeline(text, 'nonevent.yaml').findings.map(
    ({ code, line, column }) => `${code} ${line}:${column}`,
  );
}

const SMALL = `pipeline: storefront
stages:
  - { name: unit-tests, kind: command, question: Do they pass?, run: npm test }
`;

describe('what is accepted', () => {
  it('takes a byte order mark and Windows line ends', () => {
    const reading = readPipeline(`\uFEFF${SMALL.replaceAll('\n', '\r\n')}`, 'nonevent.yaml');
    expect(reading).toMatchObject({ ok: true, pipeline: { pipeline: 'storefront' } });
  });

  it('counts columns without the byte order mark', () => {
    expect(placesIn('\uFEFFpipelin: x\nstages: []\n')).toContain('NE201 1:1');
  });

  it('takes one document start, and question marks, ampersands and asterisks inside text', () => {
    const text = `---
pipeline: storefront
stages:
  - name: unit-tests
    kind: command
    question: "Do they pass?"
    run: |
      ? nothing && *.js & !x
      --- still text
      [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
`;
    expect(readPipeline(text, 'nonevent.yaml')).toMatchObject({ ok: true });
  });
});

describe('what is refused, and where', () => {
  it.each([
    ['an anchor and an alias', 'a: &x 1\nb: *x\n', ['NE105 1:4', 'NE105 2:4']],
    ['a merge key', `${SMALL}<<: { a: 1 }\n`, ['NE105 4:1']],
    ['a tag', 'a: !!binary aGk=\n', ['NE106 1:4']],
    ['a complex key', 'a:\n  ? [b]\n  : c\n', ['NE107 2:3']],
    ['a complex key in brackets', 'a: { ? b : c }\n', ['NE107 1:6']],
    ['a second document', `${SMALL}---\n${SMALL}`, ['NE108 4:1']],
    ['a directive', `%YAML 1.1\n---\n${SMALL}`, ['NE108 1:1']],
    ['a key that is dangerous', 'a:\n  constructor: 1\n', ['NE109 2:3']],
    ['the same key twice', 'a: 1\nb:\n  c: 1\n  c: 2\n', ['NE110 4:3']],
    ['the same key twice, written differently', 'a: 1\n"a": 2\n', ['NE110 2:1']],
    ['a control character', 'a: 1\nb: \u0007\n', ['NE104 2:4']],
    ['a carriage return inside a line', 'a: 1\rb: 2\n', ['NE104 1:5']],
    ['half a character', 'a: \uD800\n', ['NE104 1:4']],
    ['a tab as indentation', 'a:\n\tb: 1\n', ['NE103 2:1']],
    ['a quote that is not closed', 'a: "b\n', ['NE103 1:4']],
    ['a single quote that is not closed', "a: 'it''s\nb: 1\n", ['NE103 1:4']],
    ['an escaped quote that is not closed', 'a: "b\\"\n', ['NE103 1:4']],
    ['deep brackets', `a: ${'['.repeat(30)}`, ['NE102 1:19']],
    ['a deep list on one line', '- '.repeat(30), ['NE102 1:33']],
    [
      'deep indentation',
      Array.from({ length: 30 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
      ['NE102 17:17'],
    ],
    ['nothing', ' \n# only this\n', ['NE111 1:1']],
    ['a list', '- a\n', ['NE204 1:1']],
  ])('refuses %s', (_what, text, places) => {
    expect(placesIn(text)).toEqual(places);
  });

  it('refuses more characters, lines, values and longer lines than a pipeline needs', () => {
    expect(placesIn('# comment\n'.repeat(7000))).toEqual(['NE101 6554:7']);
    expect(placesIn('\n'.repeat(1001))).toEqual(['NE101 1001:1']);
    expect(placesIn(`${SMALL}# ${'x'.repeat(4000)}\n`)).toEqual(['NE101 4:4001']);
    expect(placesIn(`[${'1,'.repeat(1900)}]`)).toEqual(['NE101 1:1001']);
    expect(placesIn(`[${`${'1,'.repeat(400)}\n`.repeat(15)}]`)).toEqual(['NE101 13:388']);
  });

  it('keeps a line out of the finding where it is too long to repeat', () => {
    expect(readPipeline(`# ${'x'.repeat(5000)}`, 'nonevent.yaml').findings).toMatchObject([{ excerpt: '' }]);
  });
});
