"""Field numbers of the groups of Kubernetes beside the core.

Source: the protobuf descriptors of Kubernetes 1.32; its numbers never change.
"""

from typing import Final

FIELDS: Final = """\
AggregationRule 1:clusterRoleSelectors:[LabelSelector]
BoundObjectReference 1:kind:string 2:apiVersion:string 3:name:string 4:uid:string
ClusterRole 1:metadata:ObjectMeta 2:rules:[PolicyRule] 3:aggregationRule:AggregationRule
ClusterRoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
Deployment 1:metadata:ObjectMeta 2:spec:DeploymentSpec 3:status:DeploymentStatus
DeploymentCondition 1:type:string 2:status:string 6:lastUpdateTime:Time 7:lastTransitionTime:Time
  4:reason:string 5:message:string
DeploymentSpec 1:replicas:int? 2:selector:LabelSelector 3:template:PodTemplateSpec
  4:strategy:DeploymentStrategy 5:minReadySeconds:int 6:revisionHistoryLimit:int? 7:paused:bool
  9:progressDeadlineSeconds:int?
DeploymentStatus 1:observedGeneration:int 2:replicas:int 3:updatedReplicas:int 7:readyReplicas:int
  4:availableReplicas:int 5:unavailableReplicas:int 9:terminatingReplicas:int?
  6:conditions:[DeploymentCondition] 8:collisionCount:int?
DeploymentStrategy 1:type:string 2:rollingUpdate:RollingUpdateDeployment
FieldSelectorAttributes 1:rawSelector:string 2:requirements:[FieldSelectorRequirement]
Job 1:metadata:ObjectMeta 2:spec:JobSpec 3:status:JobStatus
JobCondition 1:type:string 2:status:string 3:lastProbeTime:Time 4:lastTransitionTime:Time
  5:reason:string 6:message:string
JobSpec 1:parallelism:int? 2:completions:int? 3:activeDeadlineSeconds:int?
  11:podFailurePolicy:PodFailurePolicy 16:successPolicy:SuccessPolicy 7:backoffLimit:int?
  12:backoffLimitPerIndex:int? 13:maxFailedIndexes:int? 4:selector:LabelSelector
  5:manualSelector:bool? 6:template:PodTemplateSpec 8:ttlSecondsAfterFinished:int?
  9:completionMode:string? 10:suspend:bool? 14:podReplacementPolicy:string? 15:managedBy:string?
JobStatus 1:conditions:[JobCondition] 2:startTime:Time 3:completionTime:Time 4:active:int
  5:succeeded:int 6:failed:int 11:terminating:int? 7:completedIndexes:string
  10:failedIndexes:string? 8:uncountedTerminatedPods:UncountedTerminatedPods 9:ready:int?
LabelSelectorAttributes 1:rawSelector:string 2:requirements:[LabelSelectorRequirement]
Lease 1:metadata:ObjectMeta 2:spec:LeaseSpec
LeaseSpec 1:holderIdentity:string? 2:leaseDurationSeconds:int? 3:acquireTime:MicroTime
  4:renewTime:MicroTime 5:leaseTransitions:int? 6:strategy:string? 7:preferredHolder:string?
LocalSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SubjectAccessReviewSpec
  3:status:SubjectAccessReviewStatus
NonResourceAttributes 1:path:string 2:verb:string
NonResourceRule 1:verbs:[string] 2:nonResourceURLs:[string]
PodFailurePolicy 1:rules:[PodFailurePolicyRule]
PodFailurePolicyOnExitCodesRequirement 1:containerName:string 2:operator:string 3:values:[int]
PodFailurePolicyOnPodConditionsPattern 1:type:string 2:status:string
PodFailurePolicyRule 1:action:string 2:onExitCodes:PodFailurePolicyOnExitCodesRequirement
  3:onPodConditions:[PodFailurePolicyOnPodConditionsPattern]
PolicyRule 1:verbs:[string] 2:apiGroups:[string] 3:resources:[string] 4:resourceNames:[string]
  5:nonResourceURLs:[string]
ResourceAttributes 1:namespace:string 2:verb:string 3:group:string 4:version:string
  5:resource:string 6:subresource:string 7:name:string 8:fieldSelector:FieldSelectorAttributes
  9:labelSelector:LabelSelectorAttributes
ResourceRule 1:verbs:[string] 2:apiGroups:[string] 3:resources:[string] 4:resourceNames:[string]
Role 1:metadata:ObjectMeta 2:rules:[PolicyRule]
RoleBinding 1:metadata:ObjectMeta 2:subjects:[Subject] 3:roleRef:RoleRef
RoleRef 1:apiGroup:string 2:kind:string 3:name:string
RollingUpdateDeployment 1:maxUnavailable:IntOrString 2:maxSurge:IntOrString
Scale 1:metadata:ObjectMeta 2:spec:ScaleSpec 3:status:ScaleStatus
ScaleSpec 1:replicas:int
ScaleStatus 1:replicas:int 2:selector:string
SelfSubjectAccessReview 1:metadata:ObjectMeta 2:spec:SelfSubjectAccessReviewSpec
  3:status:SubjectAccessReviewStatus
SelfSubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes
  2:nonResourceAttributes:NonResourceAttributes
SelfSubjectReview 1:metadata:ObjectMeta 2:status:SelfSubjectReviewStatus
SelfSubjectReviewStatus 1:userInfo:UserInfo
SelfSubjectRulesReview 1:metadata:ObjectMeta 2:spec:SelfSubjectRulesReviewSpec
  3:status:SubjectRulesReviewStatus
SelfSubjectRulesReviewSpec 1:namespace:string
Subject 1:kind:string 2:apiGroup:string 3:name:string 4:namespace:string
SubjectAccessReview 1:metadata:ObjectMeta 2:spec:SubjectAccessReviewSpec
  3:status:SubjectAccessReviewStatus
SubjectAccessReviewSpec 1:resourceAttributes:ResourceAttributes
  2:nonResourceAttributes:NonResourceAttributes 3:user:string 4:groups:[string]
  5:extra:{ExtraValue} 6:uid:string
SubjectAccessReviewStatus 1:allowed:bool 4:denied:bool 2:reason:string 3:evaluationError:string
SubjectRulesReviewStatus 1:resourceRules:[ResourceRule] 2:nonResourceRules:[NonResourceRule]
  3:incomplete:bool 4:evaluationError:string
SuccessPolicy 1:rules:[SuccessPolicyRule]
SuccessPolicyRule 1:succeededIndexes:string? 2:succeededCount:int?
TokenRequest 1:metadata:ObjectMeta 2:spec:TokenRequestSpec 3:status:TokenRequestStatus
TokenRequestSpec 1:audiences:[string] 4:expirationSeconds:int?
  3:boundObjectRef:BoundObjectReference
TokenRequestStatus 1:token:string 2:expirationTimestamp:Time
TokenReview 1:metadata:ObjectMeta 2:spec:TokenReviewSpec 3:status:TokenReviewStatus
TokenReviewSpec 1:token:string 2:audiences:[string]
TokenReviewStatus 1:authenticated:bool 2:user:UserInfo 4:audiences:[string] 3:error:string
UncountedTerminatedPods 1:succeeded:[string] 2:failed:[string]
UserInfo 1:username:string 2:uid:string 3:groups:[string] 4:extra:{ExtraValue}
"""
