/** A line in CloudWatch's embedded metric format. */
export interface EmfDocument {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly {
        readonly Name: string;
        readonly Unit?: string;
        readonly StorageResolution?: number;
      }[];
    }[];
  };
  readonly [member: string]: unknown;
}

/** The units of a MetricDatum that are used here. */
const units: readonly unknown[] = ['Count', 'Milliseconds', 'Seconds', 'Bytes', 'Percent', 'None', undefined];

/**
 * Returns what a line has that the specification of the embedded metric format does not permit, with its limits and those of CloudWatch for a metric; nothing if
 * it is valid. Written by hand from https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
 */
export function emfFaults(line: string): string[] {
  const faults: string[] = [];
  const check = (holds: boolean, fault: string): void => void (holds || faults.push(fault));
  const { _aws, ...root } = JSON.parse(line) as EmfDocument;
  check(Buffer.byteLength(line) <= 1_048_576, 'The line has more than 1 MB.');
  check(Number.isInteger(_aws?.Timestamp), 'Timestamp is no integer.');
  const ageMs = Date.now() - (_aws?.Timestamp ?? 0);
  check(ageMs <= 14 * 86_400_000 && ageMs >= -2 * 3_600_000, 'Timestamp is more than 14 days old or 2 hours ahead.');
  for (const [name, value] of Object.entries(_aws ?? {}))
    check(['Timestamp', 'CloudWatchMetrics'].includes(name), `_aws has ${name}: ${value}`);
  for (const { Namespace, Dimensions, Metrics, ...more } of _aws?.CloudWatchMetrics ?? []) {
    check(Object.keys(more).length === 0, `A directive has ${Object.keys(more)}.`);
    check(/^[\w.\-/#:]{1,255}$/.test(Namespace) && !Namespace.startsWith('AWS/'), `The namespace is ${Namespace}.`);
    check(Dimensions.length > 0, 'There is no set of dimensions.');
    for (const set of Dimensions) {
      check(set.length <= 30 && new Set(set).size === set.length, `The dimensions are ${set}.`);
      for (const name of set) {
        check(/^(?!:)[ -~]{1,250}$/.test(name), `A dimension is named ${name}.`);
        const value = root[name];
        check(
          typeof value === 'string' && /^[ -~]{1,1024}$/.test(value) && value.trim() !== '',
          `${name} is ${value}.`,
        );
      }
    }
    check(Metrics.length <= 100, 'There are more than 100 metrics.');
    check(new Set(Metrics.map(({ Name }) => Name)).size === Metrics.length, 'A metric is there twice.');
    for (const { Name, Unit, StorageResolution = 60, ...others } of Metrics) {
      check(Object.keys(others).length === 0, `${Name} has ${Object.keys(others)}.`);
      check(/^[ -~]{1,255}$/.test(Name), `A metric is named ${Name}.`);
      check(units.includes(Unit), `${Name} has the unit ${Unit}.`);
      check(StorageResolution === 1 || StorageResolution === 60, `${Name} has the resolution ${StorageResolution}.`);
      const values = [root[Name]].flat();
      check(values.length >= 1 && values.length <= 100, `${Name} has ${values.length} values.`);
      check(
        values.every((value) => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 2 ** 360),
        `${Name} is ${values}.`,
      );
    }
  }
  return faults;
}
