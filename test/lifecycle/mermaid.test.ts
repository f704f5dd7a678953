import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mermaidOf } from '../../lib/lifecycle/mermaid.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { arbitraryPipeline } from './arbitrary-pipeline.ts';
import { pipelineOf } from './pipelines.ts';
import { allStates } from './walk.ts';

test('draws the lanes, a group as one state with two regions, and the endings', () => {
  expect(mermaidOf(pipelineOf('custom prepare', 'tests: lint unit-tests', 'custom finish'))).toBe(
    `stateDiagram-v2
  %% forward
  [*] --> requested
  requested --> stage_prepare : deployment started
  requested --> enter_rollback : rollback started
  state "prepare" as stage_prepare
  stage_prepare --> stage_tests : passed
  stage_prepare --> conclude_failure : refused
  stage_prepare --> undo_prepare : failed
  state "tests" as stage_tests
  state stage_tests {
    state "lint" as stage_lint
    [*] --> stage_lint
    stage_lint --> [*] : passed, reused
    --
    state "unit-tests" as stage_unit_tests
    [*] --> stage_unit_tests
    stage_unit_tests --> [*] : passed, reused
  }
  stage_tests --> stage_finish : all passed
  stage_tests --> undo_prepare : any refused, failed
  state "finish" as stage_finish
  stage_finish --> conclude_success : passed
  stage_finish --> undo_prepare : refused
  stage_finish --> undo_finish : failed
  %% undo lane, newest first
  state "enter rollback" as enter_rollback
  enter_rollback --> undo_finish : admitted
  enter_rollback --> conclude_failure : refused
  state "undo finish" as undo_finish
  undo_finish --> undo_prepare : undone
  undo_finish --> conclude_stuck : undoFailed
  state "undo prepare" as undo_prepare
  undo_prepare --> conclude_rollback : undone
  undo_prepare --> conclude_stuck : undoFailed
  %% endings
  state "conclude success" as conclude_success
  conclude_success --> succeeded : succeeded
  succeeded --> [*]
  state "conclude failure" as conclude_failure
  conclude_failure --> failed : failed
  failed --> [*]
  state "conclude rollback" as conclude_rollback
  conclude_rollback --> rolledBack : rolledBack
  rolledBack --> [*]
  state "conclude stuck" as conclude_stuck
  conclude_stuck --> stuck : stuck
  stuck --> [*]
`,
  );
});

test('draws no undo lane where nothing is changed', () => {
  expect(mermaidOf(pipelineOf('command unit'))).not.toContain('undo');
});

/** What a line of mermaid's state diagrams may be, of the forms that are used here. An id holds no hyphen, colon or brace. */
const ID = '(?:\\[\\*\\]|[A-Za-z][A-Za-z0-9_]*)';
const LINE_FORMS = {
  comment: /^%% [^{]+$/,
  alias: /^state "([^"\n]+)" as ([A-Za-z][A-Za-z0-9_]*)$/,
  arrow: new RegExp(`^(${ID}) --> (${ID})(?: : [^:;#\\n]+)?$`),
  open: /^state ([A-Za-z][A-Za-z0-9_]*) \{$/,
  divider: /^--$/,
  close: /^\}$/,
};
const WORDS = /^(default|direction|scale|state|note|class|classdef|end|style|acctitle|accdescr|hide)$/i;

describe('for every pipeline', () => {
  test('each line has a form that mermaid reads, and braces and dividers are in their place', () => {
    holds((pipeline) => {
      const [header, ...lines] = linesOf(pipeline);
      expect(header).toBe('stateDiagram-v2');
      let depth = 0;
      for (const line of lines) {
        const form = Object.entries(LINE_FORMS).find(([, pattern]) => pattern.test(line))?.[0];
        expect([line, form]).toEqual([line, expect.any(String)]);
        if (form === 'divider') expect(depth).toBe(1);
        if (form === 'open') depth += 1;
        if (form === 'close') depth -= 1;
        expect(depth === 0 || depth === 1).toBe(true);
      }
      expect(depth).toBe(0);
    });
  });

  test('each state has an id of its own, which is no word of mermaid', () => {
    holds((pipeline) => {
      const aliases = linesOf(pipeline).flatMap((line) => LINE_FORMS.alias.exec(line)?.slice(1, 3) ?? []);
      const ids = aliases.filter((_, index) => index % 2 === 1);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => WORDS.test(id))).toEqual([]);
    });
  });

  test('every state of the machine is drawn, and every arrow ends at a state that is drawn', () => {
    holds((pipeline) => {
      const lines = linesOf(pipeline);
      const aliases = new Map(
        lines.flatMap((line) => {
          const [, name = '', id = ''] = LINE_FORMS.alias.exec(line) ?? [];
          return id === '' ? [] : [[id, name] as const];
        }),
      );
      const arrows = lines.flatMap((line) => LINE_FORMS.arrow.exec(line)?.slice(1, 3) ?? []);
      const drawn = new Set(arrows.filter((id) => id !== '[*]').map((id) => aliases.get(id) ?? id));
      const leaves = new Set(allStates(pipeline).flatMap((state) => state.leaves));
      expect([...leaves].filter((leaf) => !drawn.has(leaf))).toEqual([]);
      const plain = new Set(['requested', 'succeeded', 'failed', 'rolledBack', 'stuck', '[*]']);
      expect(arrows.filter((id) => !aliases.has(id) && !plain.has(id))).toEqual([]);
    });
  });
});

function linesOf(pipeline: Pipeline): readonly string[] {
  return mermaidOf(pipeline)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
}

function holds(law: (pipeline: Pipeline) => void): void {
  fc.assert(fc.property(arbitraryPipeline, law), { numRuns: 40 });
}
