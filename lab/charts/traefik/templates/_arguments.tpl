{{/* One option as an item of a list, unless its value is unset: (list "path" value). */}}
{{- define "traefik.option" }}
{{- $value := index . 1 }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if ne (default "" (toString $value)) "" }}{{ if not (kindIs "invalid" $value) }}
- {{ printf "--%s=%v" (index . 0) $value | quote }}
{{- end }}{{ end }}
{{- end }}

{{/* The same for a switch that the chart leaves out while it is off. */}}
{{- define "traefik.switch" }}
{{- if index . 1 }}{{ include "traefik.option" . }}{{ end }}
{{- end }}

{{/* What each entrypoint listens on. */}}
{{- define "traefik.listeners" }}
{{- range $name, $port := .Values.ports }}
{{- include "traefik.option" (list (printf "entryPoints.%s.address" $name) (printf ":%v/%s" $port.port ($port.protocol | default "TCP" | lower))) }}
{{- include "traefik.switch" (list (printf "entryPoints.%s.asDefault" $name) $port.asDefault) }}
{{- end }}
{{- end }}

{{/* How each entrypoint treats requests. */}}
{{- define "traefik.entrypoints" }}
{{- range $name, $port := .Values.ports }}
{{- $path := printf "entryPoints.%s" $name }}
{{- with $port.http }}
{{- range $character, $allowed := .encodedCharacters }}
{{- include "traefik.option" (list (printf "%s.http.encodedCharacters.%s" $path $character) $allowed) }}
{{- end }}
{{- include "traefik.option" (list (printf "%s.http.middlewares" $path) .middlewares) }}
{{- with (.redirections).entryPoint }}
{{- $redirect := printf "%s.http.redirections.entryPoint" $path }}
{{- $target := index $.Values.ports .to | required (printf "ports.%s redirects to %s, which is no entrypoint" $name .to) }}
{{- include "traefik.option" (list (printf "%s.to" $redirect) (printf ":%v" $target.exposedPort)) }}
{{- include "traefik.option" (list (printf "%s.scheme" $redirect) .scheme) }}
{{- include "traefik.option" (list (printf "%s.permanent" $redirect) .permanent) }}
{{- end }}
{{- include "traefik.option" (list (printf "%s.http.sanitizePath" $path) .sanitizePath) }}
{{- include "traefik.switch" (list (printf "%s.http.tls" $path) (.tls).enabled) }}
{{- end }}
{{- include "traefik.option" (list (printf "%s.observability.tracing" $path) ($port.observability).tracing) }}
{{- if ($port.http3).enabled }}
{{- fail (printf "ports.%s.http3: the lab's chart has no HTTP/3; its load balancers carry TCP only" $name) }}
{{- end }}
{{- include "traefik.switch" (list (printf "%s.allowACMEByPass" $path) $port.allowACMEByPass) }}
{{- include "traefik.option" (list (printf "%s.forwardedHeaders.trustedIPs" $path) ($port.forwardedHeaders).trustedIPs) }}
{{- if ($port.forwardedHeaders).insecure }}
- "--{{ $path }}.forwardedHeaders.insecure"
{{- end }}
{{- include "traefik.option" (list (printf "%s.proxyProtocol.trustedIPs" $path) ($port.proxyProtocol).trustedIPs) }}
{{- if ($port.proxyProtocol).insecure }}
- "--{{ $path }}.proxyProtocol.insecure"
{{- end }}
{{- with $port.transport }}
{{- range $option := list "readTimeout" "writeTimeout" "idleTimeout" }}
{{- include "traefik.option" (list (printf "%s.transport.respondingTimeouts.%s" $path $option) (index ($port.transport.respondingTimeouts | default dict) $option)) }}
{{- end }}
{{- range $option := list "requestAcceptGraceTimeout" "graceTimeOut" }}
{{- include "traefik.option" (list (printf "%s.transport.lifeCycle.%s" $path $option) (index ($port.transport.lifeCycle | default dict) $option)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Where routes come from. */}}
{{- define "traefik.providers" }}
{{- with .Values.providers.kubernetesCRD }}
{{- if .enabled }}
- "--providers.kubernetescrd"
{{- include "traefik.switch" (list "providers.kubernetescrd.allowCrossNamespace" .allowCrossNamespace) }}
{{- include "traefik.option" (list "providers.kubernetescrd.crossProviderNamespaces" .crossProviderNamespaces) }}
{{- include "traefik.option" (list "providers.kubernetescrd.defaultTLSResourcesNamespace" .defaultTLSResourcesNamespace) }}
{{- include "traefik.switch" (list "providers.kubernetescrd.safeNaming" .safeNaming) }}
{{- include "traefik.switch" (list "providers.kubernetescrd.allowExternalNameServices" .allowExternalNameServices) }}
{{- include "traefik.option" (list "providers.kubernetescrd.allowEmptyServices" .allowEmptyServices) }}
{{- end }}
{{- end }}
{{- with .Values.providers.kubernetesIngress }}
{{- if .enabled }}
- "--providers.kubernetesingress"
{{- include "traefik.switch" (list "providers.kubernetesingress.allowExternalNameServices" .allowExternalNameServices) }}
{{- include "traefik.option" (list "providers.kubernetesingress.crossProviderNamespaces" .crossProviderNamespaces) }}
{{- include "traefik.option" (list "providers.kubernetesingress.allowEmptyServices" .allowEmptyServices) }}
{{- if .publishedService.enabled }}
- "--providers.kubernetesingress.ingressendpoint.publishedservice={{ $.Release.Namespace }}/{{ $.Release.Name }}"
{{- end }}
{{- include "traefik.option" (list "providers.kubernetesingress.ingressClass" .ingressClass) }}
{{- end }}
{{- end }}
{{- with .Values.providers }}
{{- include "traefik.option" (list "providers.kubernetescrd.namespaces" .kubernetesCRD.namespaces) }}
{{- include "traefik.option" (list "providers.kubernetesingress.namespaces" .kubernetesIngress.namespaces) }}
{{- end }}
{{- end }}

{{/* What Traefik tells about itself and its requests. */}}
{{- define "traefik.telemetry" }}
{{- include "traefik.option" (list "log.format" .Values.log.format) }}
{{- include "traefik.option" (list "log.level" .Values.log.level) }}
{{- with .Values.accessLog }}
{{- if .enabled }}
- "--accesslog=true"
{{- include "traefik.option" (list "accesslog.format" .format) }}
{{- include "traefik.option" (list "accesslog.fields.defaultmode" .fields.defaultMode) }}
{{- range $field, $mode := .fields.names }}
{{- include "traefik.option" (list (printf "accesslog.fields.names.%s" $field) $mode) }}
{{- end }}
{{- include "traefik.option" (list "accesslog.fields.headers.defaultmode" .fields.headers.defaultMode) }}
{{- range $header, $mode := .fields.headers.names }}
{{- include "traefik.option" (list (printf "accesslog.fields.headers.names.%s" $header) $mode) }}
{{- end }}
{{- include "traefik.option" (list "accesslog.fields.queryparameters.defaultmode" .fields.queryParameters.defaultMode) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Which spans it makes, and where it sends them. */}}
{{- define "traefik.tracing" }}
{{- with .Values.tracing }}
{{- if .otlp.enabled }}
- "--tracing.otlp=true"
{{- if .otlp.http.enabled }}
- "--tracing.otlp.http=true"
{{- include "traefik.option" (list "tracing.otlp.http.endpoint" .otlp.http.endpoint) }}
{{- end }}
{{- end }}
{{- include "traefik.switch" (list "tracing.addInternals" .addInternals) }}
{{- include "traefik.option" (list "tracing.serviceName" .serviceName) }}
{{- include "traefik.option" (list "tracing.sampleRate" .sampleRate) }}
{{- include "traefik.option" (list "tracing.capturedRequestHeaders" .capturedRequestHeaders) }}
{{- include "traefik.option" (list "tracing.capturedResponseHeaders" .capturedResponseHeaders) }}
{{- include "traefik.option" (list "tracing.safeQueryParams" .safeQueryParams) }}
{{- end }}
{{- end }}

{{/* All of Traefik's arguments, as a YAML list. */}}
{{- define "traefik.arguments" }}
{{- if not .Values.global.checkNewVersion }}
- "--global.checkNewVersion=false"
{{- end }}
{{- if .Values.global.sendAnonymousUsage }}
- "--global.sendAnonymousUsage"
{{- end }}
{{- include "traefik.listeners" . }}
{{- range $name, $value := .Values.api }}
{{- include "traefik.option" (list (printf "api.%s" $name) $value) }}
{{- end }}
- "--ping=true"
{{- include "traefik.switch" (list "core.strictTLSOptions" .Values.core.strictTLSOptions) }}
{{- with .Values.metrics.prometheus }}
- "--metrics.prometheus=true"
{{- include "traefik.option" (list "metrics.prometheus.entrypoint" .entryPoint) }}
{{- include "traefik.switch" (list "metrics.prometheus.addRoutersLabels" .addRoutersLabels) }}
{{- include "traefik.option" (list "metrics.prometheus.addEntryPointsLabels" .addEntryPointsLabels) }}
{{- include "traefik.option" (list "metrics.prometheus.addServicesLabels" .addServicesLabels) }}
{{- include "traefik.option" (list "metrics.prometheus.buckets" .buckets) }}
{{- end }}
{{- include "traefik.providers" . }}
{{- include "traefik.entrypoints" . }}
{{- include "traefik.telemetry" . }}
{{- include "traefik.tracing" . }}
{{- range .Values.additionalArguments }}
- {{ . | quote }}
{{- end }}
{{- end }}
