package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"time"
)

// A client that says nothing for so long is none.
const firstWord = 60 * time.Second

// handshake is the first byte of a TLS connection.
const handshake = 0x16

// sniffer hands connections that speak HTTP to its caller, within TLS where they begin with it; what
// clients of other protocols say, it says back to them.
type sniffer struct {
	net.Listener
	tls   *tls.Config
	found chan net.Conn
	ended chan struct{}
}

func sniff(listener net.Listener, configuration *tls.Config) net.Listener {
	result := &sniffer{listener, configuration, make(chan net.Conn), make(chan struct{})}
	go result.run()
	return result
}

func (s *sniffer) run() {
	defer close(s.ended)
	for {
		connection, err := s.Listener.Accept()
		if err != nil {
			return
		}
		go s.look(connection)
	}
}

// Accept waits for the next connection that speaks HTTP.
func (s *sniffer) Accept() (net.Conn, error) {
	select {
	case connection := <-s.found:
		return connection, nil
	case <-s.ended:
		return nil, net.ErrClosed
	}
}

func (s *sniffer) look(connection net.Conn) {
	reader := bufio.NewReader(connection)
	_ = connection.SetReadDeadline(time.Now().Add(firstWord))
	first, err := reader.Peek(1)
	if err != nil {
		_ = connection.Close()
		return
	}
	_ = connection.SetReadDeadline(time.Time{})
	looked := &peeked{connection, reader}
	switch {
	case first[0] == handshake:
		s.give(tls.Server(looked, s.tls))
	case first[0] >= 'A' && first[0] <= 'Z' && speaksHTTP(reader):
		s.give(looked)
	default:
		defer connection.Close()
		_, _ = io.Copy(connection, reader)
	}
}

func (s *sniffer) give(connection net.Conn) {
	select {
	case s.found <- connection:
	case <-s.ended:
		_ = connection.Close()
	}
}

// speaksHTTP says whether a capital word and a space come next: the method of a request line.
func speaksHTTP(reader *bufio.Reader) bool {
	for length := 2; length <= 16; length++ {
		begin, err := reader.Peek(length)
		if err != nil {
			return false
		}
		if last := begin[length-1]; last == ' ' {
			return true
		} else if last < 'A' || last > 'Z' {
			return false
		}
	}
	return false
}

// peeked is a connection whose first bytes have been looked at.
type peeked struct {
	net.Conn
	reader *bufio.Reader
}

func (p *peeked) Read(target []byte) (int, error) { return p.reader.Read(target) }

// tcpOf returns the socket beneath a connection of a sniffer; nil for another.
func tcpOf(connection any) *net.TCPConn {
	switch each := connection.(type) {
	case *tls.Conn:
		return tcpOf(each.NetConn())
	case *peeked:
		return tcpOf(each.Conn)
	case *net.TCPConn:
		return each
	}
	return nil
}

func echoPackets(socket net.PacketConn) {
	buffer := make([]byte, 65536)
	for {
		length, peer, err := socket.ReadFrom(buffer)
		if err != nil {
			return
		}
		_, _ = socket.WriteTo(buffer[:length], peer)
	}
}

// selfSigned is TLS with the certificate in DEMO_TLS (a file with chain and key), or one that nobody
// vouches for. Clients may show a certificate; whose it is, is not checked.
func selfSigned() *tls.Config {
	certificate, err := tls.LoadX509KeyPair(os.Getenv("DEMO_TLS"), os.Getenv("DEMO_TLS"))
	if err != nil {
		certificate = unsigned()
	}
	return &tls.Config{
		Certificates: []tls.Certificate{certificate},
		NextProtos:   []string{"h2", "http/1.1"},
		ClientAuth:   tls.RequestClientCert,
	}
}

func unsigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: os.Getenv("DEMO_WORKLOAD")},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().AddDate(1, 0, 0),
		DNSNames:     []string{os.Getenv("DEMO_WORKLOAD")},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key}
}
