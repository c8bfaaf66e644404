import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { type Answer, andThen, answerOf } from './answer.ts';

export interface Table {
  readonly name: string;
  readonly description: Answer<TableDescription>;
  /** The attribute by which items expire; undefined if items do not expire. */
  readonly ttlAttribute: Answer<string | undefined>;
}

export async function readTable(dynamodb: DynamoDBClient, TableName: string): Promise<Table> {
  const table = await answerOf('dynamodb:DescribeTable', dynamodb.send(new DescribeTableCommand({ TableName })));
  const ttl = await answerOf(
    'dynamodb:DescribeTimeToLive',
    dynamodb.send(new DescribeTimeToLiveCommand({ TableName })),
  );
  return {
    name: TableName,
    description: await andThen(table, async ({ Table = {} }) => ({ kind: 'value', value: Table })),
    ttlAttribute: await andThen(ttl, async ({ TimeToLiveDescription: { TimeToLiveStatus, AttributeName } = {} }) => ({
      kind: 'value',
      value: /^ENABL/.test(TimeToLiveStatus ?? '') ? AttributeName : undefined,
    })),
  };
}
