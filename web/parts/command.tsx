import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';

const SAID_MILLISECONDS = 2000;

/** A command to type, with a button that copies it. */
export function Command({ text }: { readonly text: string }): JSX.Element {
  const code = useRef<HTMLElement>(null);
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Not every browser lets a page write there; then it is marked, to be copied by hand.
      if (code.current !== null) getSelection()?.selectAllChildren(code.current);
      setSaid('Selected');
    }
    setTimeout(() => setSaid(''), SAID_MILLISECONDS);
  };
  return (
    <span class="command">
      <code ref={code}>{text}</code>
      <button type="button" class="quiet" onClick={() => void copy()} aria-label={`Copy: ${text}`}>
        {said === '' ? 'Copy' : said}
      </button>
      <span class="unseen" role="status">
        {said}
      </span>
    </span>
  );
}
