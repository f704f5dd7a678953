import { describe, expect, it } from 'vitest';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';
import { awaitsAnswer } from '../../lib/pipeline/stage-class.ts';
import { stagesOf } from '../../lib/pipeline/steps.ts';

function read(stage: string) {
  return readPipeline(`pipeline: shop\nstages:\n  - ${stage}\n`, 'nonevent.yaml');
}

function errorsIn(stage: string): readonly string[] {
  const reading = read(stage);
  if (reading.ok) throw new Error('it is read');
  return reading.findings.map(({ message }) => message);
}

const CRITERIA = 'criteria: { latencyMs: { max: 300 } }';

describe('a function stage', () => {
  it('has a question and times of its own, and awaits its answer', () => {
    const reading = read(`{ name: speed, kind: function, function: shop-speed, ${CRITERIA} }`);
    const [stage] = reading.ok ? stagesOf(reading.pipeline) : [];
    expect(stage).toMatchObject({
      question: 'Does the function answer as expected?',
      expect: 10,
      timeout: 120,
      function: 'shop-speed',
      criteria: { latencyMs: { max: 300 } },
    });
    expect(stage && awaitsAnswer(stage)).toBe(true);
  });

  it.each([
    [`{ name: a, kind: function, ${CRITERIA} }`, /expected either function or module/],
    [
      `{ name: a, kind: function, function: b, module: 'c.mjs#d', ${CRITERIA} }`,
      /expected either function or module/,
    ],
    [`{ name: a, kind: function, function: b, criteria: {} }`, /at least one criterion/],
    [`{ name: a, kind: function, function: b, criteria: { x: {} } }`, /expected max, min or equals/],
    [`{ name: a, kind: function, function: b, criteria: { approved: { equals: true } } }`, /equals/],
    [`{ name: a, kind: function, module: '../c.mjs#d', ${CRITERIA} }`, /a file of the source/],
    [`{ name: a, kind: function, module: c.mjs, ${CRITERIA} }`, /a file of the source/],
    [`{ name: a, kind: function, function: 'a; rm', ${CRITERIA} }`, /the name or the ARN/],
  ])('is refused as %s', (stage, expected) => {
    expect(errorsIn(stage).join('\n')).toMatch(expected);
  });
});

describe('a command', () => {
  it('awaits its answer only on CodeBuild', () => {
    const of = (project: string) => {
      const reading = read(`{ name: unit, kind: command, question: Does it hold?, run: 'true'${project} }`);
      return reading.ok && stagesOf(reading.pipeline).map(awaitsAnswer);
    };
    expect([of(''), of(', project: shop-tests')]).toEqual([[false], [true]]);
    expect(
      errorsIn(`{ name: unit, kind: command, question: Does it?, run: 'true', project: 'a b' }`)[0],
    ).toMatch(/CodeBuild project/);
  });
});
