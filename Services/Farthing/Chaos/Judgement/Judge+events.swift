import FoundationEssentials

extension Judge {
    /// Each outbox row must have come out at least once, the rows of a key first in the order of
    /// their commits, and nothing that no transaction committed. What the reader of the topics has
    /// missed is its own fault, and nothing is concluded from it.
    func eventViolations() -> [Violation] {
        var found = facts.sightings.blindSpots.map {
            Violation(.unseen, "topics", "could not be read: \($0)")
        }
        var places: [UUID: Place] = [:]
        for (number, outbox) in facts.outboxes.enumerated() {
            for (position, event) in outbox.committed.enumerated() {
                places[event.id] = Place(
                    outbox: number, position: position,
                    key: Sightings.Key(topic: event.topic, key: event.key))
            }
            for id in outbox.stored {
                if !facts.sightings.ids.contains(id), !mayHaveComeOut(places[id]) {
                    found.append(Violation(.lost, "\(id)", "of \(outbox.source) never came out"))
                }
                if places[id] == nil {
                    found.append(
                        Violation(.unseen, "\(id)", "of \(outbox.source) is in no commit log"))
                }
            }
        }
        for (key, ids) in facts.sightings.firsts {
            found += violations(of: key, ids, places)
        }
        if facts.topicsAreOurs, facts.sightings.nameless > 0 {
            found.append(
                Violation(.phantom, "topics", "hold \(facts.sightings.nameless) nameless records"))
        }
        return found
    }

    private struct Place {
        let outbox: Int
        /// In the order of commits.
        let position: Int
        let key: Sightings.Key
    }

    /// Where the reader did not look.
    private func mayHaveComeOut(_ place: Place?) -> Bool {
        guard let place else { return !facts.sightings.blindSpots.isEmpty }
        return facts.sightings.isBlind(in: place.key.topic)
    }

    private func violations(
        of key: Sightings.Key, _ ids: [UUID], _ places: [UUID: Place]
    ) -> [Violation] {
        var found: [Violation] = []
        /// The latest event of each outbox that came out so far: several services may answer
        /// under one key, and only each one's own events are in order.
        var latest: [Int: Int] = [:]
        for id in ids {
            guard let place = places[id] else {
                if facts.topicsAreOurs {
                    found.append(
                        Violation(.phantom, "\(id)", "in \(key.topic) was never committed"))
                }
                continue
            }
            if place.key != key {
                found.append(
                    Violation(
                        .altered, "\(id)",
                        "was committed under \(place.key.topic) \(place.key.key) and came out "
                            + "under \(key.topic) \(key.key)"))
            }
            if let before = latest[place.outbox], before > place.position {
                found.append(
                    Violation(
                        .outOfOrder, "\(id)",
                        "of \(key.topic) \(key.key) came out after one that was committed later"))
            }
            // One that came out earlier, unseen, tells nothing of those that follow.
            if facts.sightings.doubtful.contains(id) { continue }
            latest[place.outbox] = max(latest[place.outbox] ?? -1, place.position)
        }
        return found
    }
}
