import { z } from 'zod';
import { NoneventError } from '../../nonevent-error.ts';
import { type Cli, command } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { factLines } from '../output/facts.ts';
import { oneLine } from '../output/untrusted.ts';
import { findSettings } from '../settings.ts';
import { awsConfiguration } from '../stack/aws-configuration.ts';
import { chooseStackToConnect } from '../stack/choose-system.ts';
import { describeStack } from '../stack/describe-stack.ts';
import { removeStackConnection, writeStackConnection } from '../stack/stack-connection.ts';

const input = z.object({ remove: z.boolean().default(false) });

/** Makes the commands typed here go to a stack in AWS, or back to the local system. */
export default command(input, async ({ remove }, cli) => {
  if (cli.flags.local === true && !remove) {
    throw new NoneventError(
      'InvalidInput',
      '`nonevent connect` connects to a stack, and --local means none',
      {
        hint: 'to go back to the local system type `nonevent connect --remove`',
      },
    );
  }
  return remove ? disconnect(cli) : connect(cli);
});

async function connect(cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const chosen = chooseStackToConnect(cli);
  const profile = chosen.profile.value;
  const configuration = await awsConfiguration({ profile, region: chosen.region.value });
  const connection = await describeStack(configuration, { stack: chosen.stack.value, profile });
  const file = await writeStackConnection(findSettings(cli).data.value, connection);
  if (output.format !== 'text') {
    output.document({ file, connection });
    return EXIT.done;
  }
  const { stack, region, account, table, bus, artifacts } = connection;
  const style = output.answerStyle;
  output.answer([
    `${style.good('✔ connected')}  ${style.bold(`stack ${stack} in ${region}`)}, account ${account}`,
    ...factLines(
      [
        ['profile', profile === undefined ? '-, the default chain of AWS' : oneLine(profile)],
        ['table', table],
        ['bus', bus],
        ['bucket', artifacts],
        ['kept in', file],
        ['check it', 'nonevent doctor'],
        ['go back', 'nonevent connect --remove'],
      ],
      style,
    ),
  ]);
  return EXIT.done;
}

async function disconnect(cli: Cli): Promise<ExitCode> {
  const { output } = cli;
  const wasConnected = await removeStackConnection(findSettings(cli).data.value);
  if (output.format !== 'text') output.document({ removed: wasConnected });
  else {
    output.note([
      wasConnected
        ? 'disconnected: commands go to the local system again'
        : 'nothing was connected: commands go to the local system',
    ]);
  }
  return EXIT.done;
}
