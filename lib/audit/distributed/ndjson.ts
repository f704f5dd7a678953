import { Buffer } from 'node:buffer';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { messageOf, NoneventError } from '../../nonevent-error.ts';

/** The values of compressed lines of JSON. Errors: `HistoryCorrupt` with the number of the line that is none. */
export function* fromNdjson(content: Buffer, of: string): Generator<unknown> {
  const text = unzipped(content, of);
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line === '') continue;
    try {
      yield JSON.parse(line);
    } catch (cause) {
      throw damaged(`line ${number} of ${of} is no JSON: ${messageOf(cause)}`, cause);
    }
  }
}

function unzipped(content: Buffer, of: string): string {
  try {
    return gunzipSync(content).toString('utf8');
  } catch (cause) {
    throw damaged(`${of} cannot be unpacked: ${messageOf(cause)}`, cause);
  }
}

export function toNdjson(values: readonly unknown[]): Buffer {
  return gzipSync(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

/** A JSON document of a form. Errors: `HistoryCorrupt`. */
export function fromJson<Form extends z.ZodType>(form: Form, content: Buffer, of: string): z.output<Form> {
  try {
    return form.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw damaged(`${of} is not of its form: ${messageOf(cause)}`, cause);
  }
}

export function toJson(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** The error for a file of an export, or one that was made of it, that is not as it was written. */
export function damaged(message: string, cause?: unknown): NoneventError {
  return new NoneventError('HistoryCorrupt', message, {
    hint: 'export the table again; what was verified so far says nothing about it',
    cause,
  });
}
