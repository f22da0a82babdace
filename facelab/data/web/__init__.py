"""Faces from the web's photos by a published list, as FaceScrub's: fetched politely, checked, cut out and put into a
folder of one folder per person. Nothing is fetched but by a call of `collect`."""

from facelab.data.web.collect import Report, collect, folder_spec
from facelab.data.web.fetch import Manners
from facelab.data.web.listing import Entry, Failure, read_list

__all__ = ["Entry", "Failure", "Manners", "Report", "collect", "folder_spec", "read_list"]
