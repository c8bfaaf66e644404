// Neither serverless.yml nor CloudFormation can multiply.
module.exports = async ({ resolveVariable }) => 6 * Number(await resolveVariable('param:timeoutSeconds'));
