package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// headers are the values of a flag that may be repeated.
type headers []string

func (h *headers) String() string { return strings.Join(*h, ", ") }

func (h *headers) Set(text string) error {
	if !strings.Contains(text, ":") {
		return errors.New("write it like Name: value")
	}
	*h = append(*h, text)
	return nil
}

// get makes one request as the pod: the status on standard error, the body on standard output.
func get(arguments []string) error {
	var own headers
	flags := flag.NewFlagSet("get", flag.ContinueOnError)
	flags.Var(&own, "H", "header of the request; may be repeated")
	method := flags.String("X", http.MethodGet, "method of the request")
	target := flags.String("r", "", "HOST:PORT to connect to, whatever the URL says")
	insecure := flags.Bool("k", false, "trust any certificate")
	patience := flags.Duration("t", 5*time.Second, "how long it may take")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("get needs exactly one URL")
	}
	request, err := http.NewRequest(*method, flags.Arg(0), nil)
	if err != nil {
		return err
	}
	for _, each := range own {
		name, value, _ := strings.Cut(each, ":")
		if strings.EqualFold(name, "host") {
			request.Host = strings.TrimSpace(value)
		} else {
			request.Header.Add(name, strings.TrimSpace(value))
		}
	}
	dialer := &net.Dialer{}
	client := &http.Client{
		Timeout: *patience,
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: *insecure},
			ForceAttemptHTTP2: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if *target != "" {
					address = *target
				}
				return dialer.DialContext(ctx, network, address)
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	fmt.Fprintln(os.Stderr, answer.Proto, answer.Status)
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

// dial opens a TCP connection and closes it again.
func dial(arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("dial needs exactly one HOST:PORT")
	}
	connection, err := net.DialTimeout("tcp", arguments[0], 3*time.Second)
	if err != nil {
		return err
	}
	fmt.Println("connected to", connection.RemoteAddr())
	return connection.Close()
}
