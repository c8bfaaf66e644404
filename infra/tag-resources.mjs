/** The types of resources that get the tags, with a list of keys and values as `Tags`. */
const taggedTypes = [
  'AWS::CloudWatch::Alarm',
  'AWS::DynamoDB::Table',
  'AWS::IAM::Role',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::Function',
  'AWS::Logs::LogGroup',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
];

/**
 * A plugin of osls that adds the tags of the parameter `tags` to the resources of the stack, also to those that are added to
 * serverless.yml.
 *
 * The tags of a resource itself come first. A topic that has some gets no others: Celery clients call CreateTopic for
 * the topic of remote control with the tags of Kombu, and SNS refuses that if the topic exists with other tags. For the same
 * reason `provider.stackTags` is not used, whose tags CloudFormation passes on to each resource.
 */
export default class TagResources {
  constructor(serverless) {
    this.hooks = {
      'after:aws:package:finalize:mergeCustomProviderResources': () => {
        const { custom, provider } = serverless.service;
        addTags(provider.compiledCloudFormationTemplate.Resources, custom.tags);
      },
    };
  }
}

function addTags(resources, tags) {
  const added = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  if (added.length === 0) return;
  for (const resource of Object.values(resources)) {
    if (!taggedTypes.includes(resource.Type)) continue;
    const { Tags: own = [] } = resource.Properties ?? {};
    if (resource.Type === 'AWS::SNS::Topic' && own.length > 0) continue;
    const others = added.filter(({ Key }) => !own.some((tag) => tag.Key === Key));
    resource.Properties = { ...resource.Properties, Tags: [...own, ...others] };
  }
}
