# The stack of girder-worker for users of Terraform: queues, table, and the functions that `npm run build` has bundled.
terraform {
  required_providers {
    aws     = { source = "hashicorp/aws", version = ">= 6.0" }
    archive = { source = "hashicorp/archive", version = ">= 2.0" }
  }
}

data "aws_region" "current" {}

data "archive_file" "bundle" {
  type        = "zip"
  source_dir  = ".build/dispatcher"
  output_path = ".build/dispatcher.zip"
}

locals {
  functions = {
    dispatcher   = { handler = "handler.handler", memory = 1769, timeout = 300, queue = aws_sqs_queue.tasks.arn, concurrency = 20 }
    dead_letters = { handler = "deadLetters.handler", memory = 1024, timeout = 60, queue = aws_sqs_queue.undelivered.arn, concurrency = 2 }
  }
}

resource "aws_sqs_queue" "tasks" {
  name                       = "celery"
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 1800 # Six times the timeout of the function, as Lambda recommends.
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.undelivered.arn, maxReceiveCount = 10 })
}

resource "aws_sqs_queue" "undelivered" {
  name                       = "celery-undelivered"
  message_retention_seconds  = 1209600
  visibility_timeout_seconds = 360
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead_letters.arn, maxReceiveCount = 110 })
}

resource "aws_sqs_queue" "dead_letters" {
  name                      = "celery-dead-letters"
  message_retention_seconds = 1209600
}

resource "aws_dynamodb_table" "results" {
  name         = "celery"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }
}

resource "aws_iam_role" "worker" {
  name = "girder-worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.worker.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_iam_role_policy" "worker" {
  role = aws_iam_role.worker.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:SendMessage"]
        Resource = [aws_sqs_queue.tasks.arn, aws_sqs_queue.undelivered.arn, aws_sqs_queue.dead_letters.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem", "dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate"]
        Resource = [aws_dynamodb_table.results.arn]
      },
    ]
  })
}

resource "aws_lambda_function" "worker" {
  for_each         = local.functions
  function_name    = "girder-worker-${each.key}"
  role             = aws_iam_role.worker.arn
  runtime          = "nodejs24.x"
  handler          = each.value.handler
  memory_size      = each.value.memory
  timeout          = each.value.timeout
  filename         = data.archive_file.bundle.output_path
  source_code_hash = data.archive_file.bundle.output_base64sha256
  environment {
    variables = {
      GIRDER_WORKER_BROKER  = "sqs://"
      GIRDER_WORKER_BACKEND = "dynamodb://@${data.aws_region.current.region}/${aws_dynamodb_table.results.name}"
    }
  }
}

# Tasks send messages to the queue of their own function; Lambda would end this after 16 messages.
resource "aws_lambda_function_recursion_config" "worker" {
  for_each       = aws_lambda_function.worker
  function_name  = each.value.function_name
  recursive_loop = "Allow"
}

resource "aws_lambda_event_source_mapping" "worker" {
  for_each                = local.functions
  event_source_arn        = each.value.queue
  function_name           = aws_lambda_function.worker[each.key].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  scaling_config {
    maximum_concurrency = each.value.concurrency
  }
}
