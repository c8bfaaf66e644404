// Six times the function timeout, as Lambda recommends. Neither serverless.yml nor CloudFormation can multiply.
module.exports = async ({ resolveVariable }) => 6 * Number(await resolveVariable('param:timeoutSeconds'));
