import type { JSX } from 'preact';
import type { DeploymentView, StageView } from '../../lib/lifecycle/view.ts';
import { eventInWords } from '../../lib/lifecycle/wording/event-in-words.ts';
import { markOfStage } from '../../lib/lifecycle/wording/marks.ts';
import { shortId } from '../../lib/lifecycle/wording/short-id.ts';
import { between, span } from '../../lib/lifecycle/wording/times.ts';
import type { CommitDocument } from '../../lib/local/page/live-events.ts';
import { eventsByStage, type PlacedEvent } from '../fold/stage-events.ts';
import { Evidence } from '../parts/evidence.tsx';
import { Link } from '../parts/link.tsx';
import { Mark } from '../parts/mark.tsx';
import { shownLine } from '../parts/text.ts';
import { Time } from '../parts/time.tsx';
import { FailureFacts } from './failure-card.tsx';

type Properties = {
  readonly view: DeploymentView;
  /** Up to the moment that is looked at. */
  readonly commits: readonly CommitDocument[];
  readonly now: string;
};

/** The events of a deployment by the stage that they speak of. */
export function GroupedView({ view, commits, now }: Properties): JSX.Element {
  const events = eventsByStage(commits);
  return (
    <ol class="stages">
      {view.stages.map((stage) => (
        <Stage key={stage.name} view={view} stage={stage} events={events.get(stage.name) ?? []} now={now} />
      ))}
      <li>
        <details class="stage">
          <summary>
            <span class="mark tone-dim">· events</span>
            <b class="name">deployment</b>
            <span class="question">What was recorded of the deployment as a whole</span>
          </summary>
          <EventList deployment={view.deployment} events={events.get(undefined) ?? []} />
        </details>
      </li>
    </ol>
  );
}

type StageProperties = {
  readonly view: DeploymentView;
  readonly stage: StageView;
  readonly events: readonly PlacedEvent[];
  readonly now: string;
};

function Stage({ view, stage, events, now }: StageProperties): JSX.Element {
  // What failed stands above all stages already.
  const isOfInterest = stage.state === 'running' || stage.state === 'undoing';
  return (
    <li id={`stage-${stage.name}`}>
      {/* Keyed by what makes it of interest, so that it opens when that comes and stays as it was left otherwise. */}
      <details class="stage" open={isOfInterest} key={`${isOfInterest}`}>
        <summary>
          <Mark mark={markOfStage(stage)} />
          <b class="name">{stage.name}</b>
          <span class="question">{shownLine(stage.question)}</span>
          <span class="took">{tookOf(stage, now)}</span>
        </summary>
        <StageBody stage={stage} command={`nonevent explain ${shortId(view.deployment)}`} />
        <EventsOf deployment={view.deployment} events={events} />
      </details>
    </li>
  );
}

function StageBody({ stage, command }: { readonly stage: StageView; readonly command: string }): JSX.Element {
  const mode = stage.mode === 'enforcing' ? '' : `, ${stage.mode}: its verdict fails nothing`;
  return (
    <div class="stage-body">
      <p class="dim">
        {stage.class} of kind {stage.kind}
        {mode}
        {stage.attempts > 1 && `, attempt ${stage.attempts}`}
      </p>
      {stage.reused !== undefined && (
        <p>
          Reused from{' '}
          <Link to={{ page: 'deployment', deployment: stage.reused.from, view: 'stages', at: undefined }}>
            {shortId(stage.reused.from)}
          </Link>
          : {shownLine(stage.reused.because)}
        </p>
      )}
      {stage.notReused !== undefined && <p class="dim">Performed again: {shownLine(stage.notReused)}</p>}
      {stage.failure !== undefined ? (
        <FailureFacts failure={stage.failure} command={command} />
      ) : (
        stage.judgement !== undefined && (
          <dl class="facts">
            <dt>Expected</dt>
            <dd class="value">{shownLine(stage.judgement.expected)}</dd>
            <dt>Observed</dt>
            <dd class="value">{shownLine(stage.judgement.observed)}</dd>
          </dl>
        )
      )}
      {stage.failure === undefined && stage.evidence !== undefined && stage.evidence !== null && (
        <details>
          <summary>Evidence</summary>
          <Evidence evidence={stage.evidence} />
        </details>
      )}
      {stage.capture !== undefined && stage.capture !== null && (
        <details>
          <summary>{stage.class === 'change' ? 'What an undo restores' : 'What it measures from'}</summary>
          <Evidence evidence={stage.capture} />
        </details>
      )}
    </div>
  );
}

function tookOf(stage: StageView, now: string): string {
  // Of a change that was taken back, when it began says nothing about how long anything took.
  if (stage.startedAt === undefined || stage.state === 'undone' || stage.state === 'undoing') return '';
  return span(between(stage.startedAt, stage.endedAt ?? now));
}

type EventsProperties = { readonly deployment: string; readonly events: readonly PlacedEvent[] };

/** Folded away: a stage that is measured each second has hundreds. */
function EventsOf({ deployment, events }: EventsProperties): JSX.Element | null {
  if (events.length === 0) return null;
  return (
    <details class="stage-body">
      <summary>{events.length === 1 ? '1 event' : `${events.length} events`}</summary>
      <EventList deployment={deployment} events={events} />
    </details>
  );
}

function EventList({ deployment, events }: EventsProperties): JSX.Element {
  return (
    <ul class="events">
      {events.map(({ seq, at, event }) => (
        <li key={`${seq}-${event.type}`}>
          <span class="dim">
            {seq} <Time at={at} />
          </span>{' '}
          <b>{event.type}</b> {shownLine(eventInWords(event))}
          {'failure' in event.data && (
            <details>
              <summary>Failure</summary>
              <FailureFacts
                failure={event.data.failure}
                command={`nonevent replay ${shortId(deployment)} --at ${seq}`}
              />
            </details>
          )}
        </li>
      ))}
    </ul>
  );
}
