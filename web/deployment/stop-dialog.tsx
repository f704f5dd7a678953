import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { DeploymentView } from '../../lib/lifecycle/view.ts';
import { requestStop, type StopAnswer } from '../live/request-stop.ts';

type Properties = { readonly view: DeploymentView; readonly token: string };

/** The button that stops a deployment. It asks first, says what follows, and wants a reason, which is recorded. */
export function StopButton({ view, token }: Properties): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState('');
  const [isAsking, setAsking] = useState(false);
  const [answer, setAnswer] = useState<StopAnswer>();
  const stop = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    const given = await requestStop(view.deployment, reason.trim(), token);
    setAsking(false);
    setAnswer(given);
    if (given.ok) dialog.current?.close();
  };
  const isStopping = view.stop !== undefined;
  return (
    <div class="stop">
      <button type="button" class="danger" disabled={isStopping} onClick={() => dialog.current?.showModal()}>
        {isStopping ? 'Stop requested' : 'Stop …'}
      </button>
      <span role="status" class={answer?.ok === false ? 'tone-bad' : 'unseen'}>
        {answer?.text ?? ''}
      </span>
      <dialog ref={dialog} aria-labelledby="stop-title">
        <form onSubmit={(event) => void stop(event)}>
          <h2 id="stop-title">
            Stop {view.pipeline.pipeline} {view.release.version}?
          </h2>
          <p>{consequenceOf(view)}</p>
          <label>
            Reason, recorded in the history
            <textarea
              required
              rows={2}
              maxLength={4000}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          {answer?.ok === false && (
            <p class="tone-bad" role="alert">
              {answer.text}
            </p>
          )}
          <p class="buttons">
            <button type="button" onClick={() => dialog.current?.close()}>
              Let it go on
            </button>
            <button type="submit" class="danger" disabled={isAsking || reason.trim() === ''}>
              Stop it
            </button>
          </p>
        </form>
      </dialog>
    </div>
  );
}

/** What stopping does. Pure. */
export function consequenceOf(view: DeploymentView): string {
  const begun = view.stages.filter((stage) => stage.class === 'change' && stage.state !== 'pending');
  if (begun.length === 0) return 'Stopping it ends it. Nothing has been changed so far.';
  const names = begun.map((stage) => stage.name).toReversed();
  return `Stopping it undoes, newest first: ${names.join(', ')}.`;
}
