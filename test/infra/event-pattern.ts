/** A pattern of EventBridge as a template writes it. */
export type WrittenPattern = Readonly<Record<string, unknown>>;

/**
 * Whether EventBridge leads an event to a rule: every field of the pattern has one of its values, exactly, by its beginning, by what it
 * is not, or by its being there (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html).
 */
export function matchesPattern(pattern: WrittenPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    // An element of an array is enough for a pattern that lies deeper.
    const candidates = [event].flat().map((each) => (each as WrittenPattern | undefined)?.[field]);
    if (!Array.isArray(wanted))
      return candidates.some((found) =>
        [found].flat().some((each) => matchesPattern(wanted as WrittenPattern, each)),
      );
    const values = candidates.flat();
    return wanted.some((matcher) => values.some((value) => matchesOne(matcher, value)));
  });
}

function matchesOne(matcher: unknown, value: unknown): boolean {
  if (typeof matcher !== 'object' || matcher === null) return value === matcher;
  const [[operator, operand] = []] = Object.entries(matcher);
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'anything-but':
      return value !== undefined && ![operand].flat().includes(value);
    case 'exists':
      return (value !== undefined) === operand;
    default:
      throw new Error(`the operator ${operator} of event patterns is not known here`);
  }
}
