package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

var (
	buildDesc   = prometheus.NewDesc("deskbell_build_info", "What this program was made from; always 1.", []string{"version", "commit", "go"}, nil)
	noticeDesc  = prometheus.NewDesc("deskbell_notices", "Notices that were neither sent nor dropped, by state.", []string{"state"}, nil)
	deliverDesc = prometheus.NewDesc("deskbell_slack_deliveries_total", "Slack's deliveries over HTTP: accepted, or why they were turned away.", []string{"result"}, nil)
	discordDesc = prometheus.NewDesc("deskbell_discord_deliveries_total", "Discord's deliveries over HTTP: accepted, or why they were turned away.", []string{"result"}, nil)
	refusalDesc = prometheus.NewDesc("deskbell_refusals", "Refusals of the last 24 hours, by rule.", []string{"rule"}, nil)
)

// metrics is a registry of our own, so that no library adds to it.
func (d *runningDesk) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), deskCollector{d})
	return r
}

// deskCollector counts at the moment of the scrape, from indexes.
type deskCollector struct{ *runningDesk }

func (c deskCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- buildDesc
	ch <- noticeDesc
	ch <- refusalDesc
	if c.slack != nil {
		ch <- deliverDesc
	}
	if c.discord != nil {
		ch <- discordDesc
	}
}

func (c deskCollector) Collect(ch chan<- prometheus.Metric) {
	b := thisBuild()
	ch <- prometheus.MustNewConstMetric(buildDesc, prometheus.GaugeValue, 1, b.version, b.commit, b.golang)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	notices, err := c.store.Undelivered(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(noticeDesc, err)
	}
	for _, state := range []string{"pending", "sending", "parked", "dead"} {
		if err == nil {
			ch <- prometheus.MustNewConstMetric(noticeDesc, prometheus.GaugeValue, float64(notices[state]), state)
		}
	}
	if c.slack != nil {
		for result, n := range c.slack.Delivered() {
			ch <- prometheus.MustNewConstMetric(deliverDesc, prometheus.CounterValue, float64(n), result)
		}
	}
	if c.discord != nil {
		for result, n := range c.discord.Delivered() {
			ch <- prometheus.MustNewConstMetric(discordDesc, prometheus.CounterValue, float64(n), result)
		}
	}
	refusals, err := c.store.RefusalCount(ctx, c.clock.Now().Add(-24*time.Hour), time.Time{})
	if err != nil {
		ch <- prometheus.NewInvalidMetric(refusalDesc, err)
	}
	for rule, n := range refusals {
		ch <- prometheus.MustNewConstMetric(refusalDesc, prometheus.GaugeValue, float64(n), string(rule))
	}
}

// slogErrors is promhttp's logger.
type slogErrors struct{ log *slog.Logger }

func (l slogErrors) Println(v ...any) { l.log.Error("metrics", "err", v) }
