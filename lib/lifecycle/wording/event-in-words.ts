import type { Event } from '../../history/events.ts';
import { byWhom } from './by-whom.ts';
import { counted } from './counted.ts';

/**
 * What an event says, without its type. Holds text as it was recorded: whoever shows it takes care that it is harmless
 * there. Pure.
 */
export function eventInWords(event: Event): string {
  switch (event.type) {
    case 'DeploymentRequested': {
      const { pipeline, release, trigger, kind } = event.data;
      return `${pipeline.pipeline} ${release.version}, ${kind}, by ${trigger.actor} (${trigger.source})`;
    }
    case 'DeploymentStarted':
      return event.data.entry;
    case 'StageStarted':
      return `${event.data.stage}, attempt ${event.data.attempt}`;
    case 'StageMeasured':
    case 'StagePassed':
      return `${event.data.stage}: expected ${event.data.judgement.expected}, observed ${event.data.judgement.observed}`;
    case 'StageReused':
      return `${event.data.stage}, from deployment ${event.data.from}`;
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
      return event.data.effect === 'undone' ? event.data.stage : `${event.data.stage}, nothing to undo`;
    case 'DeploymentSucceeded':
    case 'DeploymentFailed':
    case 'DeploymentRolledBack':
      return '';
    case 'DeploymentStuck':
      return event.data.next;
    case 'LeaseAcquired':
      return `by deployment ${event.data.deployment}, fence ${event.data.fence}`;
    case 'LeaseReleased':
      return `by deployment ${event.data.deployment}`;
    case 'LiveChanged': {
      const { pipeline, live, knownGood } = event.data;
      return `${pipeline} ${live.release.version}, known good ${knownGood?.release.version ?? 'none yet'}`;
    }
    case 'Sealed':
      return `${counted(event.data.streams, 'stream')}, root ${event.data.root.slice(0, 12)}`;
    case 'FlagChanged': {
      const { flag, value, actor, reason } = event.data;
      return `${flag} ${value === null ? 'taken away' : `set to ${JSON.stringify(value)}`} by ${actor}: ${reason}`;
    }
    default:
      return event satisfies never;
  }
}
