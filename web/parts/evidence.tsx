import type { JSX } from 'preact';
import type { Json } from '../../lib/pipeline/json.ts';
import { shown, shownLine } from './text.ts';

/** What was recorded of what was seen, a member a line; text of several lines as it was. */
export function Evidence({ evidence }: { readonly evidence: Json }): JSX.Element {
  if (evidence === null || typeof evidence !== 'object' || Array.isArray(evidence)) {
    return <pre>{shown(typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 2))}</pre>;
  }
  return (
    <dl class="evidence">
      {Object.entries(evidence).map(([name, value]) => (
        <div key={name}>
          <dt>{shownLine(name)}</dt>
          <dd>
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { readonly value: Json }): JSX.Element | string {
  if (typeof value === 'string') {
    return value.includes('\n') ? <pre>{shown(value.trimEnd())}</pre> : shownLine(value);
  }
  if (value === null || typeof value !== 'object') return String(value);
  return <pre>{shown(JSON.stringify(value, null, 2))}</pre>;
}
