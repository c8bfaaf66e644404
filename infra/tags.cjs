// The parameter `tags` as an object of keys and values, for the plugin infra/tag-resources.mjs. The faults of an invalid parameter are
// reported by infra/settings.cjs, with those of the others.
module.exports = async ({ resolveVariable }) => parseTags(await resolveVariable('param:tags')).tags;
module.exports.parseTags = parseTags;

/** What all of SQS, DynamoDB, Lambda, SNS, IAM and CloudWatch Logs accept. */
const key = /^(?!aws:)[\p{L}\d +\-=._:/@]{1,128}$/iu;
const value = /^[\p{L}\d +\-=._:/@]{0,256}$/u;
const expected =
  'tags as key=value, separated by commas, such as team=science,cost=42: at most 50 keys, each of 1 to 128 letters, digits, spaces and + - = . _ : / @, not beginning with aws:, and values of at most 256 of these characters';

/** Reads tags from `team=science,cost=42`, or from an object of serverless.yml. `fault` is what the parameter must be. */
function parseTags(parameter) {
  const pairs =
    typeof parameter === 'object' && parameter !== null
      ? Object.entries(parameter).map(([name, text]) => [name, String(text)])
      : String(parameter)
          .split(',')
          .filter((part) => part.trim() !== '')
          .map((part) => part.match(/^\s*([^=]*?)\s*=\s*(.*?)\s*$/s)?.slice(1) ?? [part, undefined]);
  const tags = Object.fromEntries(pairs);
  const valid = pairs.every(([name, text]) => key.test(name) && text !== undefined && value.test(text));
  if (!valid || pairs.length > 50 || Object.keys(tags).length < pairs.length) return { tags: {}, fault: expected };
  return { tags };
}
