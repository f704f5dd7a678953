/** One value of a metric, with the labels of its series. */
export type Sample = {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** Whether it has a time of its own, so that it may be from any time. */
  readonly isDated: boolean;
};

/** More than these are not read. */
export const SERIES_AT_MOST = 10_000;

/**
 * Reads the text format of Prometheus, version 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format). Comments, and types among them, are passed over.
 *
 * Takes time in proportion to the text. One line that is not of its form, or too many series, and the whole text is no evidence: then the
 * answer says why, without repeating what was there. Pure.
 */
export function readPrometheusText(
  text: string,
): { readonly samples: readonly Sample[] } | { readonly problem: string } {
  const samples: Sample[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const content = text.slice(start, end).trim();
    start = end + 1;
    line += 1;
    if (content === '' || content.startsWith('#')) continue;
    if (samples.length === SERIES_AT_MOST) return { problem: `more than ${SERIES_AT_MOST} series` };
    const sample = sampleIn(content);
    if (sample === undefined) return { problem: `line ${line} is no metric of Prometheus` };
    samples.push(sample);
  }
  return { samples };
}

const NAME = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const OPENING = /[ \t]*\{/y;
const LABEL = /[ \t]*([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\[\\"n])*)"[ \t]*/y;
const COMMA = /,/y;
const CLOSING = /[ \t]*\}/y;
const VALUE = /[ \t]*([^ \t]+)(?:[ \t]+(-?\d+))?$/y;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function sampleIn(line: string): Sample | undefined {
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(line);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  const name = take(NAME)?.[0];
  const labels = take(OPENING) === null ? new Map<string, string>() : labelsIn(take);
  if (name === undefined || labels === undefined) return undefined;
  const isApart = position > name.length || line[position] === ' ' || line[position] === '\t';
  const [, written, time] = take(VALUE) ?? [];
  const value = written === undefined || !isApart ? undefined : numberIn(written);
  return value === undefined ? undefined : { name, labels, value, isDated: time !== undefined };
}

function labelsIn(
  take: (pattern: RegExp) => RegExpExecArray | null,
): ReadonlyMap<string, string> | undefined {
  const labels = new Map<string, string>();
  while (take(CLOSING) === null) {
    const [, label, value] = take(LABEL) ?? [];
    if (label === undefined || value === undefined || labels.has(label)) return undefined;
    labels.set(label, unescaped(value));
    if (take(COMMA) !== null) continue;
    return take(CLOSING) === null ? undefined : labels;
  }
  return labels;
}

function unescaped(written: string): string {
  return written.replaceAll(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
}

function numberIn(written: string): number | undefined {
  if (NUMBER.test(written)) return Number(written);
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(written) ?? [];
  if (word === undefined) return undefined;
  if (word.toLowerCase() === 'nan') return Number.NaN;
  return sign === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
