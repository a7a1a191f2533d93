"""Comments on incidents (still `/api/v2` at the vendor) and their timeline. None is paginated."""

from playground.betterstack.bodies import UNSET, Body, Email, Text
from playground.betterstack.envelope import NO_CONTENT, Answer, invalid, one, resource
from playground.betterstack.handlers import incidents
from playground.betterstack.records import Comment, Incident, Json, TimelineItem, stamp
from playground.betterstack.routing import Call, delete, get, patch, post
from playground.betterstack.state import State

PATH = "/api/v2/incidents/{incident_id}/comments"
ITEM = PATH + "/{comment_id}"


class NewComment(Body):
    content: Text
    user_email: Email | None = UNSET


class ChangedComment(Body):
    content: Text


def shape(comment: Comment) -> Json:
    """Vendor: the user is left out of comments made through the API without an e-mail."""
    attributes = {"id": str(comment.id), **comment.attributes()}
    if comment.user_id is not None:
        attributes.update(user_id=comment.user_id, user_email=comment.user_email)
    return resource(comment, attributes)


def index(call: Call) -> Answer:
    incident = incidents.FAMILY.find(call)
    return Answer(200, {"data": [shape(c) for c in call.state.comments_of(incident.id)]})


def show(call: Call) -> Answer:
    return one(shape(_find(call)))


def create(call: Call, body: NewComment) -> Answer:
    incident = incidents.FAMILY.find(call)
    user = call.state.user_with(body.user_email) if body.user_email else None
    if body.user_email and user is None:
        raise invalid("user_email", "must exist")
    comment = Comment(
        id=call.state.next_id(),
        team_name=incident.team_name,
        created_at=call.now,
        updated_at=call.now,
        incident_id=incident.id,
        content=body.content,
        user_id=user.id if user else None,
        user_email=body.user_email,
    )
    call.state.comments[comment.id] = comment
    return one(shape(comment), status=201)


def update(call: Call, body: ChangedComment) -> Answer:
    comment = _find(call)
    comment.content = body.content
    comment.updated_at = call.now
    return one(shape(comment))


def remove(call: Call) -> Answer:
    del call.state.comments[_find(call).id]
    return NO_CONTENT


def _find(call: Call) -> Comment:
    incident = incidents.FAMILY.find(call)
    own = {comment.id: comment for comment in call.state.comments_of(incident.id)}
    return call.find(own, Comment, "comment_id")


def timeline(call: Call) -> Answer:
    """Newest first: what happened, the failing response, and the comments among it."""
    incident = incidents.FAMILY.find(call)
    items = [
        *call.state.timelines.get(incident.id, []),
        *_response_items(incident),
        *(_comment_item(call.state, c) for c in call.state.comments_of(incident.id)),
    ]
    items.sort(key=lambda item: item.at, reverse=True)
    return Answer(200, {"data": [_item_shape(item) for item in items]})


def _item_shape(item: TimelineItem) -> Json:
    attributes = {"item_type": item.item_type, "at": stamp(item.at), "data": item.data}
    return {"id": item.id, "type": "timeline_item", "attributes": attributes}


def _response_items(incident: Incident) -> list[TimelineItem]:
    if incident.response_content is None:
        return []
    data = {"title": "Page response", "content": incident.response_content}
    key = f"{incident.id}-content-response"
    return [TimelineItem(id=key, item_type="response_item", at=incident.started_at, data=data)]


def _comment_item(state: State, comment: Comment) -> TimelineItem:
    user = state.users.get(comment.user_id or 0)
    author = {"id": user.id, "name": user.name} if user else None
    data: Json = {
        "title": None,
        "content": {"text": comment.content, "user": author},
        "attachments": [],
    }
    return TimelineItem(id=str(comment.id), item_type="comment", at=comment.created_at, data=data)


ROUTES = (
    get(PATH, index),
    get(ITEM, show),
    post(PATH, NewComment, create),
    patch(ITEM, ChangedComment, update),
    delete(ITEM, remove),
    get(f"{incidents.FAMILY.item}/timeline", timeline),
)
