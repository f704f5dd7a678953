import { describe, expect, it } from 'vitest';
import { apis } from '../../lib/pipeline/apis.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

function read(
  declared: string,
  stages = '  - { name: fits, kind: compatibility }\n  - { name: out, kind: blueGreen }\n',
) {
  return readPipeline(
    `pipeline: storefront
apis: ${declared}
environments: { production: { target: { kind: process, start: npm start, port: 8080 } } }
stages:
  - { name: a, kind: command, question: Is it good?, run: test }
${stages}`,
    'nonevent.yaml',
  );
}

describe('apis', () => {
  it('become part of the pipeline, in one form however they are written', () => {
    const reading = read(
      '{ provides: { catalog: [2, 1] }, consumes: { prices: [1], mail: { versions: [3, 1], external: true } } }',
    );
    expect(reading.ok && reading.pipeline.apis).toEqual({
      provides: { catalog: [1, 2] },
      consumes: {
        prices: { versions: [1], external: false },
        mail: { versions: [1, 3], external: true },
      },
    });
  });

  it('parse to themselves once parsed', () => {
    const once = apis.parse({ consumes: { prices: [2, 1] } });
    expect(apis.parse(once)).toEqual(once);
  });

  it('may be declared to be none', () => {
    const reading = read('{}');
    expect(reading.ok && reading.pipeline.apis).toEqual({ provides: {}, consumes: {} });
  });

  it.each([
    ['{ provides: { catalog: [] } }', 'NE205 apis.provides.catalog is []: expected at least 1 items'],
    ['{ provides: { catalog: [1, 1] } }', 'NE205 apis.provides.catalog is [1,1]: expected each version once'],
    ['{ provides: { catalog: 1 } }', 'NE204 apis.provides.catalog is 1: expected a list'],
    ['{ provides: { catalog: [0] } }', 'NE205 apis.provides.catalog.0 is 0: expected at least 1'],
    ['{ consumes: { Prices: [1] } }', 'NE205 the name "Prices" is not possible'],
    ['{ consumes: { mail: { external: true } } }', 'NE202 missing field "versions" in apis.consumes.mail'],
    ['{ consumes: { mail: 7 } }', 'NE204 apis.consumes.mail is 7: expected a list or fields'],
    ['{ offers: {} }', 'NE201 unknown field "offers" in apis'],
  ])('%s is refused', (declared, message) => {
    const reading = read(declared);
    expect(reading.ok).toBe(false);
    expect(reading.findings.map((finding) => `${finding.code} ${finding.message}`)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('the lease', () => {
  const names = (stages: string) => {
    const reading = read('{}', stages);
    return reading.ok
      ? reading.pipeline.stages.map((step) => ('name' in step ? step.name : step.parallel))
      : [];
  };
  const fits = (name: string) => `  - { name: ${name}, kind: compatibility }\n`;
  const change = '  - { name: out, kind: blueGreen }\n';
  const check = '  - { name: b, kind: command, question: Is it good?, run: test }\n';

  it('is taken before the compatibility checks that lead up to the first change', () => {
    expect(names(`${fits('one')}${fits('two')}${change}`)).toEqual([
      'a',
      'acquire-production',
      'one',
      'two',
      'out-place',
      'out-100',
    ]);
  });

  it('is not held while other checks run', () => {
    expect(names(`${fits('early')}${check}${change}`)).toEqual([
      'a',
      'early',
      'b',
      'acquire-production',
      'out-place',
      'out-100',
    ]);
  });

  it('is not taken where nothing is changed', () => {
    expect(names(fits('only'))).toEqual(['a', 'only']);
  });
});
