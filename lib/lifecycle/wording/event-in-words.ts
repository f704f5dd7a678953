import type { Event, EventData } from '../../history/events.ts';
import { keptBecause } from '../kept.ts';
import { byWhom } from './by-whom.ts';
import { counted } from './counted.ts';
import { rerunInWords } from './reuse.ts';

/**
 * What an event says, without its type. Holds text as it was recorded: whoever shows it takes care that it is harmless
 * there. Pure.
 */
export function eventInWords(event: Event): string {
  switch (event.type) {
    case 'DeploymentRequested': {
      const { pipeline, release, trigger, kind } = event.data;
      const what = kind === 'forward' && event.data.of !== undefined ? rerunInWords(event.data) : kind;
      return `${pipeline.pipeline} ${release.version}, ${what}, by ${trigger.actor} (${trigger.source})`;
    }
    case 'DeploymentStarted':
      return event.data.entry;
    case 'StageStarted':
      return `${event.data.stage}, attempt ${event.data.attempt}${event.data.notReused === undefined ? '' : `, again because ${event.data.notReused}`}`;
    case 'StageAwaiting':
      return `${event.data.stage}, attempt ${event.data.attempt}, ${AWAITED[event.data.answer]}`;
    case 'StageMeasured':
    case 'StagePassed':
      return `${event.data.stage}: expected ${event.data.judgement.expected}, observed ${event.data.judgement.observed}`;
    case 'StageReused':
      return `${event.data.stage}, from deployment ${event.data.from}${event.data.because === undefined ? '' : `: ${event.data.because}`}`;
    case 'StageAttemptFailed':
    case 'StageFailed':
    case 'UndoFailed': {
      const { stage, failure } = event.data;
      return `${stage} ${failure.mode}: expected ${failure.expected}, observed ${failure.observed}; ${failure.recovery}`;
    }
    case 'RollbackAdmitted':
      return event.data.environments
        .map(
          ({ environment, returnsTo }) =>
            `${environment} returns to ${returnsTo.join(', ') || 'what it was'}`,
        )
        .join('; ');
    case 'RollbackRefused':
      return event.data.failure.observed;
    case 'StopRequested':
      return `by ${byWhom(event.data)}`;
    case 'StageUndone':
      return undoneInWords(event.data);
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
    case 'DeploymentRolledBack':
      return '';
    case 'DeploymentStuck':
      return event.data.next;
    case 'LeaseRequested':
      return `by deployment ${event.data.deployment} of ${event.data.pipeline}`;
    case 'LeaseQueueLeft': {
      const { deployment, because, by } = event.data;
      return `by deployment ${deployment}, ${because}${by === undefined ? '' : ` by ${by}`}`;
    }
    case 'LeaseFreed':
      return `of deployment ${event.data.deployment}, by ${byWhom(event.data)}`;
    case 'LeaseAcquired':
      return `by deployment ${event.data.deployment}, fence ${event.data.fence}${event.data.ahead ? ', ahead of the queue' : ''}`;
    case 'LeaseReleased':
      return `by deployment ${event.data.deployment}`;
    case 'LiveChanged':
      return liveInWords(event.data);
    case 'RevisionCooled':
      return `${event.data.revision} of ${event.data.pipeline}, its time of being kept warm is over`;
    case 'SchemaChanged': {
      const { schema, phase, from, to, stage, undone } = event.data;
      return `${schema} ${phase} ${from} to ${to}${undone ? ' taken back' : ''}, stage ${stage}`;
    }
    case 'Sealed':
      return `${counted(event.data.streams, 'stream')}, root ${event.data.root.slice(0, 12)}`;
    case 'FlagChanged': {
      const { flag, value, actor, reason, late } = event.data;
      if (late !== undefined)
        return `${flag} kept ${JSON.stringify(value)}: what ${actor} asked for, ${JSON.stringify(late)}, came late: ${reason}`;
      return `${flag} ${value === null ? 'taken away' : `set to ${JSON.stringify(value)}`} by ${actor}: ${reason}`;
    }
    default:
      return event satisfies never;
  }
}

function undoneInWords(data: EventData<'StageUndone'>): string {
  if (data.effect === 'undone') return data.stage;
  const why = keptBecause(data);
  return why === undefined ? `${data.stage}, nothing to undo` : `kept ${data.stage}: ${why}`;
}

function liveInWords({ pipeline, live, knownGood }: EventData<'LiveChanged'>): string {
  const settings = live.settings === undefined ? '' : `, settings ${live.settings.version}`;
  return `${pipeline} ${live.release.version}, known good ${knownGood?.release.version ?? 'none'}${settings}`;
}

const AWAITED = {
  codeBuild: 'for a build',
  report: 'for a report',
} as const satisfies Readonly<Record<EventData<'StageAwaiting'>['answer'], string>>;
