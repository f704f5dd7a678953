import type { ComponentChildren, JSX } from 'preact';
import type { Failure } from '../../lib/history/failure.ts';
import type { DeploymentView } from '../../lib/lifecycle/view.ts';
import { nextCommand } from '../../lib/lifecycle/wording/next-command.ts';
import { shortId } from '../../lib/lifecycle/wording/short-id.ts';
import { Command } from '../parts/command.tsx';
import { Evidence } from '../parts/evidence.tsx';
import { shown, shownLine } from '../parts/text.ts';

/** Every failure of a deployment: the one that ended it, and a change that could not be undone. */
export function Failures({ view }: { readonly view: DeploymentView }): JSX.Element | null {
  const stuck = view.stages.find((stage) => stage.state === 'undoFailed');
  if (view.failure === undefined && stuck === undefined) return null;
  return (
    <>
      {stuck?.failure !== undefined && (
        <FailureCard
          view={view}
          title={`The undo of ${stuck.name} failed for good`}
          failure={stuck.failure}
          command={`nonevent explain ${shortId(view.deployment)}`}
        />
      )}
      {view.failure !== undefined && view.failure !== stuck?.failure && (
        <FailureCard
          view={view}
          title={`${view.failure.stage} failed: ${view.failure.mode}`}
          failure={view.failure}
          command={commandFor(view)}
        />
      )}
    </>
  );
}

function commandFor(view: DeploymentView): string {
  return view.outcome === undefined ? `nonevent explain ${shortId(view.deployment)}` : nextCommand(view);
}

type Properties = {
  readonly view: DeploymentView;
  readonly title: string;
  readonly failure: Failure;
  readonly command: string;
};

/** A failure with all that was recorded of it, and what to type. */
export function FailureCard({ view, title, failure, command }: Properties): JSX.Element {
  const undone = view.stages.filter((stage) => stage.state === 'undone').map((stage) => stage.name);
  return (
    <section class="failure" aria-label={title}>
      <h2>
        <span aria-hidden="true">✖</span> {shownLine(title)}
      </h2>
      <FailureFacts failure={failure} command={command}>
        {undone.length > 0 && (
          <>
            <dt>Undone</dt>
            <dd>{undone.toReversed().join(', ')}</dd>
          </>
        )}
      </FailureFacts>
    </section>
  );
}

type FactsProperties = {
  readonly failure: Failure;
  readonly command: string;
  /** More facts. */
  readonly children?: ComponentChildren;
};

/** Question, expected, observed, recovery, advice, evidence, and the command to type. */
export function FailureFacts({ failure, command, children }: FactsProperties): JSX.Element {
  return (
    <>
      <dl class="facts">
        <dt>Question</dt>
        <dd>{shownLine(failure.question)}</dd>
        <dt>Expected</dt>
        <dd class="value">{shownLine(failure.expected)}</dd>
        <dt>Observed</dt>
        <dd class="value observed">{shown(failure.observed)}</dd>
        <dt>Recovery</dt>
        <dd>{TEXT_OF_RECOVERY[failure.recovery]}</dd>
        <dt>Advice</dt>
        <dd>{shownLine(failure.next)}</dd>
        {children}
      </dl>
      {failure.evidence !== undefined && failure.evidence !== null && (
        <details>
          <summary>Evidence</summary>
          <Evidence evidence={failure.evidence} />
        </details>
      )}
      <p class="next">
        <Command text={command} />
      </p>
    </>
  );
}

const TEXT_OF_RECOVERY: Readonly<Record<Failure['recovery'], string>> = {
  retry: 'retry: another attempt',
  extend: 'extend: observe once more for the same time',
  compensate: 'compensate: undo every begun change, newest first',
};
