{{/* What every object's name begins with. */}}
{{- define "stack.name" -}}
{{ required "fullnameOverride: the lab's chart names nothing by itself" .Values.fullnameOverride }}
{{- end }}

{{/* Name of an object that the operator reads: (list "prometheus" .). */}}
{{- define "stack.resource" -}}
{{- $top := index . 1 -}}
{{ include "stack.name" $top }}{{ if not $top.Values.cleanPrometheusOperatorObjectNames }}-{{ index . 0 }}{{ end }}
{{- end }}

{{/* Labels of every object of the chart's own. */}}
{{- define "stack.labels" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.Version | quote }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
chart: {{ .Chart.Name }}-{{ .Chart.Version }}
release: {{ .Release.Name | quote }}
heritage: {{ .Release.Service | quote }}
{{- end }}

{{/* Those of the operator, or of its webhook: (list "prometheus-operator" "operator" .). */}}
{{- define "stack.operatorLabels" -}}
{{- $top := index . 2 -}}
{{ include "stack.labels" $top }}
app: {{ $top.Chart.Name }}-{{ index . 1 }}
app.kubernetes.io/name: {{ $top.Chart.Name }}-prometheus-operator
app.kubernetes.io/component: {{ index . 0 }}
{{- end }}

{{/* Labels of what the operator runs: (list "prometheus" .). */}}
{{- define "stack.partLabels" -}}
{{- $top := index . 1 -}}
app: {{ $top.Chart.Name }}-{{ index . 0 }}
{{ include "stack.labels" $top }}
{{- end }}

{{/* ServiceAccount of what the operator runs: (list "prometheus" .). */}}
{{- define "stack.serviceAccount" -}}
{{- $top := index . 1 -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "stack.name" $top }}-{{ index . 0 }}
  namespace: {{ $top.Release.Namespace }}
  labels:
    {{- include "stack.partLabels" . | nindent 4 }}
    app.kubernetes.io/name: {{ $top.Chart.Name }}-{{ index . 0 }}
    app.kubernetes.io/component: {{ index . 0 }}
automountServiceAccountToken: true
{{- end }}

{{/* Disruption budget of what the operator runs: (list "prometheus" budget selector .). */}}
{{- define "stack.budget" -}}
{{- $part := index . 0 }}
{{- $top := index . 3 }}
{{- if (index . 1).enabled }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "stack.name" $top }}-{{ $part }}
  namespace: {{ $top.Release.Namespace }}
  labels:
    {{- include "stack.partLabels" (list $part $top) | nindent 4 }}
spec:
  {{- toYaml (omit (index . 1) "enabled") | nindent 2 }}
  selector:
    matchLabels:
      {{- index . 2 | nindent 6 }}
{{- end }}
{{- end }}

{{/* Replicas on different nodes where that is possible: (list label value …). */}}
{{- define "stack.apart" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchExpressions:
            {{- range $pair := chunk 2 . }}
            - key: {{ first $pair }}
              operator: In
              values: [{{ last $pair }}]
            {{- end }}
{{- end }}

{{/* Labels that select the pods of a chart within the chart: (list "kube-state-metrics" .). */}}
{{- define "stack.exporterSelector" -}}
app.kubernetes.io/name: {{ index . 0 }}
app.kubernetes.io/instance: {{ (index . 1).Release.Name }}
{{- end }}

{{/* All labels of its objects: (list "kube-state-metrics" "8.4.0" "2.20.0" .), with the versions of chart and program. */}}
{{- define "stack.exporterLabels" -}}
{{- $top := index . 3 -}}
helm.sh/chart: {{ index . 0 }}-{{ index . 1 }}
app.kubernetes.io/managed-by: {{ $top.Release.Service }}
app.kubernetes.io/component: metrics
app.kubernetes.io/part-of: {{ index . 0 }}
{{ include "stack.exporterSelector" (list (index . 0) $top) }}
app.kubernetes.io/version: {{ index . 2 | quote }}
release: {{ $top.Release.Name }}
{{- end }}

{{/* An HTTP probe: (dict "path" … "port" … "scheme" … "delay" … "timeout" …). */}}
{{- define "stack.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ .port }}
  scheme: {{ .scheme }}
initialDelaySeconds: {{ .delay }}
periodSeconds: 10
timeoutSeconds: {{ .timeout }}
successThreshold: 1
failureThreshold: 3
{{- end }}

{{/* What a container of the restricted standard may do. */}}
{{- define "stack.restricted" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
readOnlyRootFilesystem: true
{{- end }}

{{/* Who a pod runs as: (list user group). */}}
{{- define "stack.user" -}}
fsGroup: {{ index . 1 }}
runAsGroup: {{ index . 1 }}
runAsNonRoot: true
runAsUser: {{ index . 0 }}
{{- end }}
