{{/* What every object's name is, or begins with. */}}
{{- define "collector.name" -}}
{{ required "fullnameOverride: the lab's chart names nothing by itself" .Values.fullnameOverride }}
{{- end }}

{{- define "collector.role" -}}
{{ .Values.clusterRole.name | default (include "collector.name" .) }}
{{- end }}

{{/* What tells pods of an agent from those of a gateway. */}}
{{- define "collector.component" -}}
{{ ternary "agent-collector" "standalone-collector" (eq .Values.mode "daemonset") }}
{{- end }}

{{- define "collector.selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
component: {{ include "collector.component" . }}
{{- end }}

{{- define "collector.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ .Chart.Name }}
app.kubernetes.io/component: {{ include "collector.component" . }}
{{- end }}

{{/* Four fifths of a limit of memory, as Go's collector of garbage reads it. */}}
{{- define "collector.memory" -}}
{{- $number := regexFind "^[0-9]+" . | float64 }}
{{- if hasSuffix "Gi" . }}
{{- $number = mulf $number 1024 }}
{{- else if not (hasSuffix "Mi" .) }}
{{- fail (printf "resources.limits.memory: the lab's chart reads Mi and Gi, and not %s" .) }}
{{- end }}
{{- mulf $number 0.8 | floor | int64 }}MiB
{{- end }}

{{/* One variable from a field of the pod: (list name field version). */}}
{{- define "collector.field" -}}
- name: {{ index . 0 }}
  valueFrom:
    fieldRef:
      {{- with index . 2 }}
      apiVersion: {{ . }}
      {{- end }}
      fieldPath: {{ index . 1 }}
{{- end }}
