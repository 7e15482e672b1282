package slacktest

// event sends the app an event, if it is granted the scope (""
// for none). Call it with mu
// held.
func (s *Server) event(scope string, event map[string]any) *Delivery {
	if scope != "" && !has(s.scopes, scope) || s.revoked != "" {
		return nil
	}
	id := s.id("Ev")
	return s.send(&Delivery{Kind: "event", EventID: id, scope: scope, user: str(event, "user"), channel: str(event, "channel"), Payload: map[string]any{
		"token": "verification", "team_id": s.TeamID, "context_team_id": s.TeamID, "context_enterprise_id": nil, "api_app_id": s.AppID,
		"event": event, "type": "event_callback", "event_id": id, "event_time": s.Now().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": s.TeamID, "user_id": s.BotUserID, "is_bot": true, "is_enterprise_install": false}},
	}})
}

// tell sends what happened to a message to the app, which hears its own too:
// subtype "" for a new one, message_changed or message_deleted with what was
// before.
func (s *Server) tell(m *Message, subtype string, before *Message) {
	c := s.channels[m.Channel]
	if c == nil || m.EphemeralTo != "" || !has(c.Members, s.BotUserID) {
		return
	}
	e := s.object(m, true)
	e["channel"], e["channel_type"], e["event_ts"] = c.ID, c.kind(), m.TS
	if subtype != "" {
		at := s.ts()
		e = map[string]any{"type": "message", "subtype": subtype, "channel": c.ID, "channel_type": c.kind(), "ts": at, "event_ts": at, "hidden": true}
		e["previous_message"] = s.object(before, true)
		if subtype == "message_changed" {
			e["message"] = s.object(m, true)
		} else {
			e["deleted_ts"] = m.TS
		}
	}
	if m.ThreadTS != "" && subtype == "" {
		if root := s.message(c.ID, m.ThreadTS); root != nil {
			e["parent_user_id"] = root.User
		}
	}
	s.event(c.by("history"), e)
	if subtype == "" && m.BotID == "" && c.IM == "" && has(m.Mentions, s.BotUserID) {
		e := s.object(m, false)
		e["type"], e["channel"], e["event_ts"] = "app_mention", c.ID, m.TS
		s.event("app_mentions:read", e)
	}
}
