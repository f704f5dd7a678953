/** A message of a stream of server-sent events. */
export type ServerSentEvent = {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
};

/**
 * Reads server-sent events from text that arrives in pieces. `EventSource` would do, but it cannot send the token in a
 * header. Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createEventReader(): (piece: string) => readonly ServerSentEvent[] {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap(eventIn);
  };
}

function eventIn(block: string): readonly ServerSentEvent[] {
  const fields = block
    .split('\n')
    .filter((line) => !line.startsWith(':'))
    .map((line) => {
      const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      return [name, value] as const;
    });
  const valuesOf = (wanted: string): readonly string[] =>
    fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const data = valuesOf('data');
  if (data.length === 0) return [];
  return [{ event: valuesOf('event').at(-1) ?? 'message', id: valuesOf('id').at(-1), data: data.join('\n') }];
}
