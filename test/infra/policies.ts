import type { Template } from 'aws-cdk-lib/assertions';

export type Statement = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: unknown;
};

/** What each role of a template may do, by the path of its policy, in a form that people can compare. */
export function policiesOf(template: Template): Readonly<Record<string, readonly Statement[]>> {
  const policies = Object.entries(template.findResources('AWS::IAM::Policy'));
  return Object.fromEntries(
    policies
      .map(([id, { Properties }]) => {
        const statements: readonly Written[] = Properties.PolicyDocument.Statement;
        return [id.replace(/DefaultPolicy\w+$/, ''), statements.map(readable)] as const;
      })
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

/** A role in each paragraph, and in each line what may be done, to what, and when. */
export function inLines(policies: ReturnType<typeof policiesOf>): string {
  const paragraphs = Object.entries(policies).map(([role, statements]) =>
    [role, ...statements.map(line)].join('\n'),
  );
  return `${paragraphs.join('\n\n')}\n`;
}

function line({ actions, resources, conditions }: Statement): string {
  const when = conditions === undefined ? '' : ` when ${JSON.stringify(conditions)}`;
  return `  ${actions.join(', ')} on ${resources.join(' and ')}${when}`;
}

type Written = {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

function readable({ Action, Resource, Condition }: Written): Statement {
  return {
    actions: [Action].flat().map(String),
    resources: [Resource].flat().map(inWords),
    ...(Condition === undefined ? {} : { conditions: JSON.parse(JSON.stringify(Condition)) }),
  };
}

/** What only the account knows stands in angle brackets. */
function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  const known = value as { Ref?: string; 'Fn::GetAtt'?: [string, string]; 'Fn::Join'?: [string, unknown[]] };
  if (known.Ref !== undefined) return `<${known.Ref}>`;
  if (known['Fn::GetAtt'] !== undefined) return `<${known['Fn::GetAtt'].join('.')}>`;
  return (known['Fn::Join']?.[1] ?? []).map(inWords).join(known['Fn::Join']?.[0]);
}
