import { CONCLUDING, ENTER_ROLLBACK, REQUESTED } from '../../lib/lifecycle/leaves.ts';
import type { Tone } from '../../lib/lifecycle/wording/marks.ts';
import type { DeploymentLine, EnvironmentLine } from '../../lib/local/page/overview-document.ts';

/** What somebody wants to know first: what is live, is something wrong, what is being done about it. */
export type Answers = { readonly live: Answer; readonly wrong: Answer; readonly doing: Answer };
export type Answer = { readonly tone: Tone; readonly text: string; readonly more?: string };

/** The answers for one deployment. Pure. */
export function answersOf(line: DeploymentLine, environments: readonly EnvironmentLine[]): Answers {
  return {
    live: liveAnswer(environments, line.pipeline),
    wrong: wrongAnswer(line),
    doing: doingAnswer(line),
  };
}

/** The answers for everything: the pipeline that most needs a person decides. Pure. */
export function overallAnswers(
  deployments: readonly DeploymentLine[],
  environments: readonly EnvironmentLine[],
): Answers {
  const newest = newestOfEach(deployments).toSorted((one, other) => urgencyOf(other) - urgencyOf(one));
  const [first, ...others] = newest;
  const live = liveAnswer(environments, undefined);
  if (first === undefined) {
    return { live, wrong: CALM, doing: { tone: 'dim', text: 'Nothing', more: 'nothing was deployed yet' } };
  }
  const { wrong, doing } = answersOf(first, environments);
  const alsoWrong = others.filter((line) => wrongAnswer(line).tone === 'bad').length;
  const named = `${first.pipeline} ${first.release.version}`;
  return {
    live,
    wrong:
      wrong === CALM
        ? wrong
        : { ...wrong, text: `${named}: ${wrong.text}${alsoWrong === 0 ? '' : `, and ${alsoWrong} more`}` },
    doing: hasDoneWhatWasAsked(first)
      ? { tone: 'dim', text: 'Nothing', more: `the last was ${named}` }
      : { ...doing, text: `${named}: ${doing.text}` },
  };
}

/** The newest deployment of each pipeline, of a list that has the newest first. Pure. */
export function newestOfEach(deployments: readonly DeploymentLine[]): readonly DeploymentLine[] {
  return deployments.filter(
    (line, index) => deployments.findIndex(({ pipeline }) => pipeline === line.pipeline) === index,
  );
}

function urgencyOf(line: DeploymentLine): number {
  if (line.outcome === 'stuck') return 3;
  if (line.outcome === null) return line.failure === null ? 1 : 2;
  return hasDoneWhatWasAsked(line) ? 0 : 1.5;
}

function hasDoneWhatWasAsked({ outcome, kind }: DeploymentLine): boolean {
  return outcome === 'succeeded' || (outcome === 'rolledBack' && kind === 'rollback');
}

const CALM: Answer = { tone: 'good', text: 'Nothing' };

function liveAnswer(environments: readonly EnvironmentLine[], pipeline: string | undefined): Answer {
  const pairs = environments.flatMap(({ environment, pipelines }) =>
    pipelines
      .filter((pair) => pipeline === undefined || pair.pipeline === pipeline)
      .map((pair) => ({ environment, ...pair })),
  );
  const [first] = pairs;
  if (first === undefined) return { tone: 'dim', text: 'Nothing', more: 'no release has gone live' };
  const texts = pairs.map((pair) =>
    pipeline === undefined ? `${pair.pipeline} ${pair.live.release.version}` : pair.live.release.version,
  );
  const behind = pairs.map(({ environment, knownGood }) =>
    knownGood === null ? `in ${environment}` : `in ${environment}, ${knownGood.release.version} kept warm`,
  );
  return { tone: 'good', text: [...new Set(texts)].join(', '), more: [...new Set(behind)].join('; ') };
}

function wrongAnswer(line: DeploymentLine): Answer {
  if (line.stuckAt !== null) {
    return { tone: 'bad', text: `undo of ${line.stuckAt} failed for good`, more: observedIn(line) };
  }
  if (line.failure === null) return line.outcome === 'failed' ? { tone: 'bad', text: 'it failed' } : CALM;
  const { stage, mode } = line.failure;
  const isAsked = mode === 'stopped' || mode === 'superseded';
  return {
    tone: isAsked ? 'warning' : 'bad',
    text: `${stage} ${WORDS_OF_MODE[mode] ?? mode}`,
    more: line.stop !== null ? `stopped by ${line.stop.actor}: ${line.stop.reason}` : observedIn(line),
  };
}

const WORDS_OF_MODE: Readonly<Record<string, string>> = {
  rejected: 'was rejected',
  inconclusive: 'was inconclusive',
  errored: 'had an error',
  timedOut: 'timed out',
  lost: 'was lost',
  stopped: 'was stopped',
  superseded: 'was superseded',
};

function observedIn({ failure }: DeploymentLine): string {
  return failure === null ? '' : `observed ${failure.observed}`;
}

function doingAnswer(line: DeploymentLine): Answer {
  const progress = `${line.passed} of ${line.stages} stages passed`;
  switch (line.outcome) {
    case 'succeeded':
      return { tone: 'good', text: 'Done', more: progress };
    case 'failed':
      return {
        tone: 'dim',
        text: 'Ended; nothing had been changed',
        more: 'nothing needs to be done at once',
      };
    case 'rolledBack':
      // Whoever asked for a rollback got what was asked for.
      return {
        tone: line.kind === 'rollback' ? 'good' : 'warning',
        text: 'Rolled back',
        more: 'every change was undone; nothing needs to be done at once',
      };
    case 'stuck':
      return {
        tone: 'bad',
        text: 'Waiting for a person',
        more: 'the lease is kept, so nothing else is deployed',
      };
    case null:
      return { tone: 'active', text: line.state.map(leafInWords).join(', '), more: progress };
    default:
      return line.outcome satisfies never;
  }
}

/** What is done at a leaf of the machine, in words. Pure. */
export function leafInWords(leaf: string): string {
  if (leaf === REQUESTED) return 'starting';
  if (leaf === ENTER_ROLLBACK) return 'making sure that it can be rolled back';
  if (Object.values(CONCLUDING).some((concluding) => concluding === leaf)) return 'concluding';
  return leaf.startsWith('undo ') ? `undoing ${leaf.slice('undo '.length)}` : `running ${leaf}`;
}
