import fc from 'fast-check';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CODES } from '../../lib/pipeline/codes.ts';
import { type Finding, formatFinding } from '../../lib/pipeline/finding.ts';
import { pipelineSchema } from '../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';
import { pipelineFiles } from './arbitrary-file.ts';

const text = (file: unknown) => stringify(file, { aliasDuplicateObjects: false });

/** Whether a finding lies within the lines and columns of a text. */
function isInside(finding: Finding, written: string): boolean {
  const lines = written.replace(/^\uFEFF/, '').split('\n');
  const line = lines[finding.line - 1];
  const last = (line ?? '').length + 1;
  return (
    line !== undefined && finding.column >= 1 && finding.column <= last && (finding.endColumn ?? last) <= last
  );
}

it('reads every right file, and what it expands to is a valid pipeline', () => {
  fc.assert(
    fc.property(pipelineFiles, (file) => {
      const reading = readPipeline(text(file), 'nonevent.yaml');
      expect(reading.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(reading.ok && pipelineSchema.parse(reading.pipeline)).toEqual(reading.ok && reading.pipeline);
    }),
    { numRuns: 60 },
  );
});

it('reads a printed pipeline as the same pipeline', () => {
  fc.assert(
    fc.property(pipelineFiles, (file) => {
      const reading = readPipeline(text(file), 'nonevent.yaml');
      if (!reading.ok) throw new Error('expected a pipeline');
      expect(pipelineSchema.parse(JSON.parse(JSON.stringify(reading.pipeline)))).toEqual(reading.pipeline);
    }),
    { numRuns: 60 },
  );
});

it('reads the same from YAML and from JSON', () => {
  fc.assert(
    fc.property(pipelineFiles, (file) => {
      const one = readPipeline(text(file), 'nonevent.yaml');
      const other = readPipeline(JSON.stringify(file, null, 1), 'nonevent.yaml');
      expect(one.ok && one.pipeline).toEqual(other.ok && other.pipeline);
    }),
    { numRuns: 60 },
  );
});

it('takes the lease of each environment once, before its first change', () => {
  fc.assert(
    fc.property(pipelineFiles, (file) => {
      const reading = readPipeline(text(file), 'nonevent.yaml');
      const stages = reading.ok ? stagesOf(reading.pipeline) : [];
      for (const name of ['staging', 'production']) {
        const inIt = stages.filter(
          ({ kind, ...stage }) =>
            ['acquire', 'place', 'shift', 'flag', 'migrate', 'custom'].includes(kind) &&
            'environment' in stage &&
            stage.environment === name,
        );
        expect(inIt.map(({ kind }) => kind === 'acquire')).toEqual(inIt.map((_, index) => index === 0));
      }
    }),
    { numRuns: 60 },
  );
});

const scraps = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'pipeline: x\n',
        'stages:\n',
        '  - name: a\n',
        '    kind: command\n',
        '    run: x\n',
        '    question: q\n',
        'environments:\n',
        '  e:\n',
        '    target:\n',
        '- ',
        ': ',
        '? ',
        '[',
        ']',
        '{',
        '}',
        '&a ',
        '*a',
        '!t ',
        '"',
        "'",
        '|\n',
        '#',
        '\n',
        '\r\n',
        '\t',
        '---\n',
        '<<: ',
        '__proto__: ',
        '5',
        'null',
        '\u202e',
        '😀',
        '    kind: canary\n',
        '    steps: [5]\n',
        '    analysis: {}\n',
        '  - parallel: p\n',
        '    stages:\n',
        '    environment: e\n',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
);

it('gives findings inside the file for any text, and never throws', () => {
  fc.assert(
    fc.property(scraps, (written) => {
      const reading = readPipeline(written, 'nonevent.yaml');
      expect(reading.ok || reading.findings.length > 0).toBe(true);
      expect(reading.findings.length).toBeLessThanOrEqual(20);
      expect(reading.findings.filter((finding) => !isInside(finding, written))).toEqual([]);
      expect(reading.findings.every(({ code }) => Object.hasOwn(CODES, code))).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('gives findings inside the file for a right file that lost or gained something', () => {
  const changes = fc.record({
    file: pipelineFiles,
    at: fc.nat(),
    drop: fc.nat(30),
    add: fc.string({ maxLength: 5 }),
  });
  fc.assert(
    fc.property(changes, ({ file, at, drop, add }) => {
      const whole = text(file);
      const from = at % whole.length;
      const written = whole.slice(0, from) + add + whole.slice(from + drop);
      const { findings } = readPipeline(written, 'nonevent.yaml');
      expect(findings.filter((finding) => !isInside(finding, written))).toEqual([]);
      const places = findings.map(({ line, column }) => line * 10_000 + column);
      expect(places).toEqual([...places].sort((one, other) => one - other));
    }),
    { numRuns: 300 },
  );
});

it('formats any finding without control characters and bidi marks', () => {
  const findings = fc.record({
    code: fc.constant('NE103' as const),
    severity: fc.constant('error' as const),
    message: fc.string({ unit: 'binary' }),
    file: fc.string({ unit: 'binary' }),
    line: fc.integer({ min: 1, max: 1000 }),
    column: fc.integer({ min: 1, max: 300 }),
    excerpt: fc.string({ unit: 'binary', maxLength: 300 }),
    hint: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(findings, (finding) => {
      expect(formatFinding(finding).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u);
      expect(formatFinding(finding).split('\n').length).toBeLessThanOrEqual(4);
    }),
  );
});
