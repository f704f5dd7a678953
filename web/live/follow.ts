import { createEventReader, type ServerSentEvent } from './server-sent-events.ts';

export type LinkState = 'connecting' | 'live' | 'lost' | 'refused' | 'missing';

export type Follower = {
  /** The last commit that is known: what follows it is asked for. */
  readonly lastSeq: () => number;
  readonly link: (state: LinkState, why?: string) => void;
  readonly message: (message: ServerSentEvent) => void;
};

const PAUSES_MILLISECONDS = [250, 500, 1000, 2000, 4000] as const;
/** The server speaks at least every 10 s; silence this long means the connection is dead. */
const SILENCE_MILLISECONDS = 25_000;

/**
 * Follows the live stream until the signal aborts. After a break it comes back and asks for what followed the last commit
 * that is known, so nothing is missed and nothing comes twice.
 */
export async function follow(
  address: string,
  token: string,
  follower: Follower,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const response = await fetch(address, {
        headers: {
          accept: 'text/event-stream',
          authorization: `Bearer ${token}`,
          'last-event-id': String(follower.lastSeq()),
        },
        signal,
      });
      if (!response.ok || response.body === null) {
        const state = FINAL[response.status];
        if (state !== undefined) return follower.link(state, await reasonIn(response));
        throw new Error(`status ${response.status}`);
      }
      follower.link('live');
      for await (const message of messagesIn(response.body)) {
        failures = 0;
        follower.message(message);
      }
    } catch {
      // Lost: whatever the reason was, the answer is to come back.
    }
    if (signal.aborted) return;
    follower.link('lost');
    await pause(PAUSES_MILLISECONDS[Math.min(failures, PAUSES_MILLISECONDS.length - 1)] ?? 4000, signal);
  }
}

/** Coming again would be answered the same. */
const FINAL: Readonly<Record<number, LinkState>> = { 400: 'missing', 403: 'refused', 404: 'missing' };

async function reasonIn(response: Response): Promise<string> {
  const body = (await response.json().catch(() => undefined)) as
    | { readonly error?: { readonly message?: string } }
    | undefined;
  return body?.error?.message ?? `the system answered ${response.status}`;
}

async function* messagesIn(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<ServerSentEvent> {
  const read = createEventReader();
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await withinSilence(reader.read());
      if (done) return;
      yield* read(value);
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function withinSilence<Result>(promise: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('silence')), SILENCE_MILLISECONDS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
