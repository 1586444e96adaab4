"""Field numbers of the core group, pods left out.

Source: the protobuf descriptors of Kubernetes 1.32; its numbers never change.
"""

from typing import Final

FIELDS: Final = """\
ClientIPConfig 1:timeoutSeconds:int?
ConfigMap 1:metadata:ObjectMeta 4:immutable:bool? 2:data:{string} 3:binaryData:{bytes}
Event 1:metadata:ObjectMeta 2:involvedObject:ObjectReference 3:reason:string 4:message:string
  5:source:EventSource 6:firstTimestamp:Time 7:lastTimestamp:Time 8:count:int 9:type:string
  10:eventTime:MicroTime 11:series:EventSeries 12:action:string 13:related:ObjectReference
  14:reportingComponent:string 15:reportingInstance:string
EventSeries 1:count:int 2:lastObservedTime:MicroTime
EventSource 1:component:string 2:host:string
LimitRange 1:metadata:ObjectMeta 2:spec:LimitRangeSpec
LimitRangeItem 1:type:string 2:max:{Quantity} 3:min:{Quantity} 4:default:{Quantity}
  5:defaultRequest:{Quantity} 6:maxLimitRequestRatio:{Quantity}
LimitRangeSpec 1:limits:[LimitRangeItem]
LoadBalancerIngress 1:ip:string 2:hostname:string 3:ipMode:string? 4:ports:[PortStatus]
LoadBalancerStatus 1:ingress:[LoadBalancerIngress]
LocalObjectReference 1:name:string
ModifyVolumeStatus 1:targetVolumeAttributesClassName:string 2:status:string
Namespace 1:metadata:ObjectMeta 2:spec:NamespaceSpec 3:status:NamespaceStatus
NamespaceCondition 1:type:string 2:status:string 4:lastTransitionTime:Time 5:reason:string
  6:message:string
NamespaceSpec 1:finalizers:[string]
NamespaceStatus 1:phase:string 2:conditions:[NamespaceCondition]
ObjectReference 1:kind:string 2:namespace:string 3:name:string 4:uid:string 5:apiVersion:string
  6:resourceVersion:string 7:fieldPath:string
PersistentVolumeClaim 1:metadata:ObjectMeta 2:spec:PersistentVolumeClaimSpec
  3:status:PersistentVolumeClaimStatus
PersistentVolumeClaimCondition 1:type:string 2:status:string 3:lastProbeTime:Time
  4:lastTransitionTime:Time 5:reason:string 6:message:string
PersistentVolumeClaimStatus 1:phase:string 2:accessModes:[string] 3:capacity:{Quantity}
  4:conditions:[PersistentVolumeClaimCondition] 5:allocatedResources:{Quantity}
  7:allocatedResourceStatuses:{string} 8:currentVolumeAttributesClassName:string?
  9:modifyVolumeStatus:ModifyVolumeStatus
PortStatus 1:port:int 2:protocol:string 3:error:string?
ResourceQuota 1:metadata:ObjectMeta 2:spec:ResourceQuotaSpec 3:status:ResourceQuotaStatus
ResourceQuotaSpec 1:hard:{Quantity} 2:scopes:[string] 3:scopeSelector:ScopeSelector
ResourceQuotaStatus 1:hard:{Quantity} 2:used:{Quantity}
ScopeSelector 1:matchExpressions:[ScopedResourceSelectorRequirement]
ScopedResourceSelectorRequirement 1:scopeName:string 2:operator:string 3:values:[string]
Secret 1:metadata:ObjectMeta 5:immutable:bool? 2:data:{bytes} 4:stringData:{string} 3:type:string
Service 1:metadata:ObjectMeta 2:spec:ServiceSpec 3:status:ServiceStatus
ServiceAccount 1:metadata:ObjectMeta 2:secrets:[ObjectReference]
  3:imagePullSecrets:[LocalObjectReference] 4:automountServiceAccountToken:bool?
ServicePort 1:name:string 2:protocol:string 6:appProtocol:string? 3:port:int
  4:targetPort:IntOrString 5:nodePort:int
ServiceSpec 1:ports:[ServicePort] 2:selector:{string} 3:clusterIP:string 18:clusterIPs:[string]
  4:type:string 5:externalIPs:[string] 7:sessionAffinity:string 8:loadBalancerIP:string
  9:loadBalancerSourceRanges:[string] 10:externalName:string 11:externalTrafficPolicy:string
  12:healthCheckNodePort:int 13:publishNotReadyAddresses:bool
  14:sessionAffinityConfig:SessionAffinityConfig 19:ipFamilies:[string] 17:ipFamilyPolicy:string?
  20:allocateLoadBalancerNodePorts:bool? 21:loadBalancerClass:string?
  22:internalTrafficPolicy:string? 23:trafficDistribution:string?
ServiceStatus 1:loadBalancer:LoadBalancerStatus 2:conditions:[Condition]
SessionAffinityConfig 1:clientIP:ClientIPConfig
"""
