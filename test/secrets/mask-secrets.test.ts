import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMask, secretsIn } from '../../lib/secrets/mask-secrets.ts';

function masked(secrets: readonly string[], chunks: readonly Buffer[]): string {
  const mask = createMask(secrets);
  return Buffer.concat([...chunks.map((chunk) => mask.pass(chunk)), mask.end()]).toString('latin1');
}

describe('secrets', () => {
  it('are values of variables whose name says so', () => {
    const variables = {
      API_TOKEN: 'tttt',
      db_password: 'pppp',
      AWS_SECRET_ACCESS: 'ssss',
      SigningKey: 'kkkk',
      CREDENTIALS: 'cccc',
      PORT: '8080',
      SHORT_KEY: 'id',
      EMPTY_TOKEN: '',
    };
    expect(secretsIn(variables)).toEqual(['tttt', 'pppp', 'ssss', 'kkkk', 'cccc']);
  });

  it('are masked, the longest where several begin at one place', () => {
    expect(masked(['abcd', 'abcdef'], [Buffer.from('x abcdef y abcd z abcdeg')])).toBe('x *** y *** z ***eg');
  });

  it('are masked when their letters mean something in a pattern', () => {
    expect(masked(['a.*c$(', 'p|q]\\'], [Buffer.from('a.*c$( abbc p|q]\\ p')])).toBe('*** abbc *** p');
  });

  it('are masked when they are cut anywhere', () => {
    const text = Buffer.from('before päss-wörd after');
    for (let at = 0; at <= text.length; at += 1) {
      expect(masked(['päss-wörd'], [text.subarray(0, at), text.subarray(at)])).toBe('before *** after');
    }
  });

  it('are masked the same, however the output is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 40 });
    const secrets = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 }), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(letters, secrets, fc.array(fc.nat(40), { maxLength: 6 }), (text, all, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => Buffer.from(text.slice(places[index], end)));
        expect(masked(all, chunks)).toBe(masked(all, [Buffer.from(text)]));
      }),
      { numRuns: 500 },
    );
  });

  it('hold back nothing that cannot become a secret', () => {
    const mask = createMask(['secret']);
    expect(mask.pass(Buffer.from('line of output\n')).toString()).toBe('line of output\n');
    expect(mask.pass(Buffer.from('ends with se')).toString()).toBe('ends with ');
    expect(mask.pass(Buffer.from('lf')).toString()).toBe('self');
  });

  it('leave bytes alone that are no text', () => {
    const bytes = Buffer.from([0, 255, 254, 128, 10]);
    expect(masked(['secret'], [bytes])).toBe(bytes.toString('latin1'));
  });
});
