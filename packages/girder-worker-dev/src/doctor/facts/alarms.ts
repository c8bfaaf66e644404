import { type Dimension, type MetricAlarm, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { type Answer, answerOf } from './answer.ts';
import type { Clients } from './clients.ts';

/** A metric that an alarm watches. */
export interface AlarmedMetric {
  readonly namespace: string;
  readonly metric: string;
  /** The values of its dimensions: names of a queue or a function. */
  readonly subjects: readonly string[];
}

/** Reads what the alarms of the account and region watch. */
export function readAlarms({
  cloudwatch,
  cloudwatchEndpoint,
}: Pick<Clients, 'cloudwatch' | 'cloudwatchEndpoint'>): Promise<Answer<AlarmedMetric[]>> {
  const read = async () => {
    const metrics: AlarmedMetric[] = [];
    for await (const { MetricAlarms } of paginateDescribeAlarms({ client: cloudwatch }, {})) {
      if (MetricAlarms === undefined) throw new Error('The answer has no MetricAlarms');
      metrics.push(...MetricAlarms.flatMap(metricsOf));
    }
    return metrics;
  };
  return answerOf('cloudwatch:DescribeAlarms', read(), cloudwatchEndpoint);
}

/** The metric of an alarm, or those of its expressions. */
function metricsOf({ Namespace, MetricName, Dimensions, Metrics = [] }: MetricAlarm): AlarmedMetric[] {
  const own = { Namespace, MetricName, Dimensions };
  const inner = Metrics.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []);
  return [own, ...inner].flatMap((metric) =>
    metric.Namespace && metric.MetricName
      ? [{ namespace: metric.Namespace, metric: metric.MetricName, subjects: valuesOf(metric.Dimensions) }]
      : [],
  );
}

function valuesOf(dimensions: readonly Dimension[] = []): string[] {
  return dimensions.map(({ Value }) => Value ?? '');
}
