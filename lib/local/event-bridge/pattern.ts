import type { BusEvent } from './event.ts';

/**
 * What a rule matches: for each field the values of which one must be equal; nested for fields of `detail`. The part of
 * EventBridge's patterns that is needed here (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html).
 */
export type Pattern = {
  readonly source?: readonly string[];
  readonly 'detail-type'?: readonly string[];
  readonly detail?: DetailPattern;
};
export type DetailPattern = {
  readonly [field: string]: DetailPattern | readonly (string | number | boolean | null)[];
};

/** Whether an event has all the fields of a pattern, each with one of the values named. */
export function isMatch(pattern: Pattern, event: BusEvent): boolean {
  return hasFields(pattern as DetailPattern, event);
}

function hasFields(pattern: DetailPattern, found: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = fieldOf(found, field);
    if (!isValues(wanted)) return hasFields(wanted, value);
    // An array in the event matches when any of its elements does.
    return Array.isArray(value)
      ? value.some((one) => wanted.includes(one))
      : wanted.includes(value as string);
  });
}

function isValues(wanted: DetailPattern[string]): wanted is readonly (string | number | boolean | null)[] {
  return Array.isArray(wanted);
}

function fieldOf(found: unknown, field: string): unknown {
  if (typeof found !== 'object' || found === null || !Object.hasOwn(found, field)) return undefined;
  return (found as Record<string, unknown>)[field];
}
