"""What really runs, against what is registered: reading SageMaker and Kubernetes, matching, comparing. No writes."""
