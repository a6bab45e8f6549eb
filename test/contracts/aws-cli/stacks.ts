import type { CliCase } from "./case.ts";

const template = (name: string): string =>
  JSON.stringify({
    Parameters: { Name: { Type: "String", Default: name } },
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        Properties: {
          RoleName: { Ref: "Name" },
          AssumeRolePolicyDocument: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
          },
        },
      },
    },
    Outputs: { Arn: { Value: { "Fn::GetAtt": "Role.Arn" }, Export: { Name: { "Fn::Sub": "${AWS::StackName}-arn" } } } },
  });

/** CloudFormation. */
export const stacks: readonly CliCase[] = [
  {
    aws: "cloudformation describe-stacks --stack-name mast",
    exit: 255,
    err: /ValidationError.*Stack with id mast does not exist/,
  },
  {
    aws: `cloudformation validate-template --template-body '${template("sail")}'`,
    out: { Parameters: [{ ParameterKey: "Name" }] },
  },
  {
    aws: "cloudformation validate-template --template-body '{\"Resources\":{}}'",
    exit: 255,
    err: /At least one Resources member must be defined/,
  },
  {
    aws: `cloudformation create-stack --stack-name mast --template-body '${template("sail")}'`,
    exit: 255,
    err: /InsufficientCapabilities.*CAPABILITY_NAMED_IAM/,
  },
  {
    aws: `cloudformation create-stack --stack-name mast --template-body '${template("sail")}' --capabilities CAPABILITY_NAMED_IAM --enable-termination-protection --tags Key=team,Value=platform`,
    keep: { stack: "StackId" },
  },
  { aws: "cloudformation wait stack-create-complete --stack-name mast" },
  {
    aws: "cloudformation describe-stacks --stack-name mast",
    out: {
      Stacks: [
        {
          StackStatus: "CREATE_COMPLETE",
          EnableTerminationProtection: true,
          Outputs: [{ OutputKey: "Arn", ExportName: "mast-arn" }],
        },
      ],
    },
  },
  {
    aws: "cloudformation describe-stack-events --stack-name mast --query StackEvents[0].ResourceStatus",
    out: /CREATE_COMPLETE/,
  },
  {
    aws: "cloudformation list-stack-resources --stack-name mast",
    out: { StackResourceSummaries: [{ PhysicalResourceId: "sail" }] },
  },
  { aws: "cloudformation list-exports --query Exports[].Name", out: /mast-arn/ },
  {
    aws: "cloudformation get-template --stack-name mast --query TemplateBody.Resources.Role.Type",
    out: /AWS::IAM::Role/,
  },
  {
    aws: `cloudformation create-stack --stack-name mast --template-body '${template("sail")}' --capabilities CAPABILITY_NAMED_IAM`,
    exit: 255,
    err: /AlreadyExistsException.*Stack \[mast\] already exists/,
  },
  {
    aws: `cloudformation update-stack --stack-name mast --use-previous-template --capabilities CAPABILITY_NAMED_IAM`,
    exit: 255,
    err: /No updates are to be performed/,
  },
  {
    aws: `cloudformation create-change-set --stack-name mast --change-set-name rename --template-body '${template("jib")}' --capabilities CAPABILITY_NAMED_IAM`,
  },
  { aws: "cloudformation wait change-set-create-complete --stack-name mast --change-set-name rename" },
  {
    aws: "cloudformation describe-change-set --stack-name mast --change-set-name rename",
    out: { Changes: [{ ResourceChange: { Action: "Modify", Replacement: "True" } }] },
  },
  { aws: "cloudformation execute-change-set --stack-name mast --change-set-name rename" },
  { aws: "cloudformation wait stack-update-complete --stack-name mast" },
  { aws: "iam get-role --role-name sail", exit: 255, err: /NoSuchEntity/ },
  { aws: "iam get-role --role-name jib", out: { Role: { RoleName: "jib" } } },
  { aws: "cloudformation delete-stack --stack-name mast", exit: 255, err: /TerminationProtection/ },
  { aws: "cloudformation update-termination-protection --stack-name mast --no-enable-termination-protection" },
  { aws: "cloudformation detect-stack-drift --stack-name mast", keep: { drift: "StackDriftDetectionId" } },
  {
    aws: "cloudformation describe-stack-drift-detection-status --stack-drift-detection-id {drift}",
    out: { StackDriftStatus: "IN_SYNC" },
  },
  { aws: "cloudformation delete-stack --stack-name mast" },
  { aws: "cloudformation wait stack-delete-complete --stack-name mast" },
  { aws: "cloudformation describe-stacks --stack-name {stack}", out: { Stacks: [{ StackStatus: "DELETE_COMPLETE" }] } },
  {
    aws: "cloudformation list-stacks --stack-status-filter DELETE_COMPLETE --query StackSummaries[].StackName",
    out: /mast/,
  },
];
